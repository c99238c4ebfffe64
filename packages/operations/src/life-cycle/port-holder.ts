import { Effect, Option } from "effect"
import { execFile } from "node:child_process"
import { readdir, readFile, readlink } from "node:fs/promises"
import { promisify } from "node:util"

/** A process that listens on a port. */
export interface PortHolder {
  readonly pid: number
  readonly command: string
}

const run = promisify(execFile)
const limitMs = 2000

/** The process that listens on a TCP port, as far as this user may know it. */
export const portHolder = (port: number): Effect.Effect<PortHolder | undefined> =>
  Effect.tryPromise(() => (process.platform === "linux" ? holderInProc(port) : holderByLsof(port))).pipe(
    Effect.timeoutOption(limitMs),
    Effect.map(Option.getOrUndefined),
    Effect.orElseSucceed(() => undefined)
  )

/** State of a listening socket in `/proc/net/tcp`. */
const listening = "0A"

const holderInProc = async (port: number): Promise<PortHolder | undefined> => {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFile(file, "utf8").catch(() => ""))
  )
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0")
  const sockets = new Set(
    tables
      .flatMap((table) => table.split("\n").slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(`:${hexPort}`) === true && fields[3] === listening)
      .map((fields) => `socket:[${fields[9]}]`)
  )
  if (sockets.size === 0) return undefined
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    // Other users' processes cannot be looked into.
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "")
      if (sockets.has(target)) return { pid: Number(pid), command: await commandInProc(pid) }
    }
  }
  return undefined
}

const commandInProc = async (pid: string): Promise<string> =>
  (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ").trim()

/** `-F` gives a line a field: `p` the process, `c` the command. */
const holderByLsof = async (port: number): Promise<PortHolder | undefined> => {
  const { stdout } = await run("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"])
  const pid = /^p(\d+)$/m.exec(stdout)?.[1]
  const command = /^c(.+)$/m.exec(stdout)?.[1]
  return pid === undefined ? undefined : { pid: Number(pid), command: command ?? "" }
}
