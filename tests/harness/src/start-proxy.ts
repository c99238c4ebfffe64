import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bundledCommand } from "./bundled-command.ts"
import { childrenOf } from "./processes.ts"
import { until } from "./until.ts"

/** How the proxy is started. */
export interface ProxyOptions {
  /** The program; the bundle that users get unless told otherwise. */
  readonly main?: string
  /** Model folder, or undefined for what it chooses itself. */
  readonly model?: string
  /** Scripted answers: request class → answers → pieces. */
  readonly script?: unknown
  /** TCP port; a free one unless told otherwise. */
  readonly port?: number
  readonly args?: ReadonlyArray<string>
  /** Text of the configuration file. */
  readonly config?: string
  readonly env?: Readonly<Record<string, string>>
  /** Do not wait until the model is loaded. */
  readonly unready?: boolean
}

/** A running proxy. */
export interface Proxy {
  readonly base: string
  readonly token: string
  readonly home: string
  readonly process: ChildProcess
  /** Everything it wrote to stderr so far. */
  readonly log: () => string
  /** Process ids of its children. */
  readonly children: () => ReadonlyArray<number>
  /** Ends it (SIGTERM) and removes its state; gives its exit code. */
  readonly stop: () => Promise<number | null>
}

/** Starts the real proxy as its own process, with a state folder of its own, on a free port. */
export const startProxy = async (options: ProxyOptions = {}): Promise<Proxy> => {
  const home = mkdtempSync(join(tmpdir(), "pensieve-home-"))
  const token = "harness-token"
  const script = join(home, "script.json")
  if (options.script !== undefined) writeFileSync(script, JSON.stringify(options.script))
  if (options.config !== undefined) writeFileSync(join(home, "config.yaml"), options.config)
  const child = spawn(
    process.execPath,
    [
      options.main ?? (await bundledCommand()),
      "start",
      "--port",
      String(options.port ?? 0),
      ...(options.model === undefined ? [] : ["--model", options.model]),
      ...(options.script === undefined ? [] : ["--allow-forced", script]),
      ...(options.args ?? [])
    ],
    {
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: home,
        PENSIEVE_HOME: home,
        PENSIEVE_TOKEN: token,
        MLX_DISABLE_COMPILE: "1",
        // Many homes, one program: each would have to compile it anew.
        NODE_COMPILE_CACHE: join(tmpdir(), "pensieve-compile-cache"),
        ...options.env
      },
      stdio: ["ignore", "ignore", "pipe"]
    }
  )
  let log = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text))
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)))
  const gone = () =>
    child.exitCode === null && child.signalCode === null ? undefined : new Error(`the proxy ended:\n${log}`)
  const abandon = () => {
    child.kill("SIGKILL")
    rmSync(home, { recursive: true, force: true })
  }
  // A test that runs out of time stops nothing.
  process.once("exit", abandon)
  const stop = async () => {
    process.off("exit", abandon)
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM")
    const code = await ended
    rmSync(home, { recursive: true, force: true })
    return code
  }
  try {
    const port = await until(
      "the proxy listens",
      30_000,
      () => gone() ?? /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(log)?.[1]
    )
    const base = `http://127.0.0.1:${port}`
    if (options.unready !== true)
      await until(
        "the model is loaded",
        60_000,
        async () => gone() ?? ((await fetch(`${base}/health`)).ok || undefined)
      )
    return { base, token, home, process: child, log: () => log, children: () => childrenOf(child.pid ?? -1), stop }
  } catch (cause) {
    child.kill("SIGKILL")
    await stop()
    throw new Error(`${cause instanceof Error ? cause.message : ""}\n${log}`, { cause })
  }
}
