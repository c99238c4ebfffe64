import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { Effect, type Scope } from "effect"

/** How to start the engine. */
export interface BridgeCommand {
  /** Interpreter of the engine's environment. */
  readonly python: string
  /** Folder that holds the package `pensieve_bridge`. */
  readonly folder: string
  readonly modelPath: string
  readonly allowForced: boolean
  /** Bits of a number in the cache of keys and values; as the model computes unless told. */
  readonly kvBits?: number
  /** File with the chat template to use instead of the model's own. */
  readonly chatTemplate?: string
  /** Where it keeps what shall outlive it. */
  readonly cacheFolder: string
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A running engine process. */
export interface BridgeProcess {
  readonly pid: number | undefined
  /** Succeeds when the process is gone. */
  readonly exit: Effect.Effect<ProcessExit>
  /** Its last log lines, oldest first. */
  readonly lastLines: () => ReadonlyArray<string>
  /** Kills it at once. */
  readonly kill: Effect.Effect<void>
}

/** Time between SIGTERM and SIGKILL. */
const graceMs = 3000
const keptLines = 20

/** Variables that must not reach the engine. */
const secretVariables = /TOKEN|API_KEY|SECRET|PASSWORD/

/** The environment of the engine: ours without secrets. The hub's own token stays, since downloads may need it. */
export const bridgeEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name === "HF_TOKEN" || !secretVariables.test(name)))

/**
 * Starts the engine. Closing the scope ends it (SIGTERM, then SIGKILL); its stdin is held open meanwhile, so that it ends by itself
 * should this process die without a word.
 */
export const startBridge = (
  command: BridgeCommand,
  socketPath: string,
  window: number | undefined,
  onLine: (line: string) => void
): Effect.Effect<BridgeProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): BridgeProcess => {
      const child = spawn(
        command.python,
        [
          "-m",
          "pensieve_bridge",
          "--socket",
          socketPath,
          "--model",
          command.modelPath,
          ...(window === undefined ? [] : ["--window", String(window)]),
          "--cache",
          command.cacheFolder,
          ...(command.kvBits === undefined ? [] : ["--kv-bits", String(command.kvBits)]),
          ...(command.chatTemplate === undefined ? [] : ["--chat-template", command.chatTemplate]),
          ...(command.allowForced ? ["--allow-forced"] : [])
        ],
        { cwd: command.folder, env: bridgeEnvironment(process.env), stdio: ["pipe", "ignore", "pipe"] }
      )
      const lines: Array<string> = []
      const take = (line: string) => {
        lines.push(line)
        if (lines.length > keptLines) lines.shift()
        onLine(line)
      }
      createInterface({ input: child.stderr }).on("line", take)
      child.stdin.on("error", () => undefined)
      const ended = new Promise<ProcessExit>((resolve) => {
        child.once("exit", (code, signal) => resolve({ code, signal }))
        child.once("error", (error) => {
          take(error.message)
          resolve({ code: 127, signal: null })
        })
      })
      return {
        pid: child.pid,
        exit: Effect.promise(() => ended),
        lastLines: () => lines,
        kill: Effect.sync(() => child.kill("SIGKILL"))
      }
    }),
    (bridge) =>
      Effect.gen(function* () {
        if (bridge.pid === undefined) return
        yield* Effect.sync(() => terminate(bridge.pid))
        yield* Effect.timeoutOrElse(bridge.exit, {
          duration: graceMs,
          orElse: () => Effect.andThen(bridge.kill, bridge.exit)
        })
      })
  )

const terminate = (pid: number | undefined): void => {
  try {
    if (pid !== undefined) process.kill(pid, "SIGTERM")
  } catch {
    // Already gone.
  }
}
