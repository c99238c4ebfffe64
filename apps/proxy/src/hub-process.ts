import { bridgeEnvironment } from "@pensieve/backends"
import { type HubFailure, type HubProgress, noAnswer, readHubInfo, readHubLine } from "@pensieve/operations"
import { Effect, Result } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { places } from "./places.ts"

/** Time between SIGTERM and SIGKILL. */
const graceMs = 3000

/** The hub itself is given up after 10 seconds of silence; this is for an interpreter that hangs. */
const infoMs = 60_000

/** Asks the model hub about a repository. */
export const hubInfo = Effect.fn("hubInfo")(function* (repository: string) {
  let answer = ""
  yield* hubProcess("info", repository, (line) => {
    answer = line
  }).pipe(Effect.timeoutOrElse({ duration: infoMs, orElse: () => Effect.void }))
  return yield* Effect.fromResult(readHubInfo(answer))
})

/**
 * Downloads what is missing of a repository into the hub's cache and gives the snapshot's folder. Interruption stops it; what has
 * come is kept, and the next time goes on from there.
 */
export const hubDownload = Effect.fn("hubDownload")(function* (
  repository: string,
  onProgress: (progress: HubProgress) => void
) {
  let result: Result.Result<string, HubFailure> = Result.fail(noAnswer)
  yield* hubProcess("download", repository, (text) => {
    const line = readHubLine(text)
    if (line?.type === "progress") onProgress(line)
    if (line?.type === "done") result = Result.succeed(line.path)
    if (line?.type === "error") result = Result.fail(line)
  })
  return yield* Effect.fromResult(result)
})

/** The engine's environment, and all that is the hub's own: its token too, by any of its names. */
export const hubEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...bridgeEnvironment(env),
  ...Object.fromEntries(Object.entries(env).filter(([name]) => /^(HF|HUGGING_?FACE)_/.test(name)))
})

/** Runs the engine's hub command and passes on its lines. It is gone when this ends, also by interruption. */
const hubProcess = (
  verb: "info" | "download",
  repository: string,
  onLine: (line: string) => void
): Effect.Effect<void> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const child = spawn(places.python, ["-m", "pensieve_bridge.hub", verb, repository], {
        cwd: places.bridge,
        env: hubEnvironment(process.env),
        stdio: ["ignore", "pipe", "ignore"]
      })
      child.on("error", () => undefined)
      const lines = createInterface({ input: child.stdout }).on("line", onLine)
      return { child, ended: once(lines, "close") }
    }),
    ({ ended }) => Effect.promise(() => ended),
    ({ child }) =>
      Effect.promise(async () => {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
        const gone = once(child, "exit")
        child.kill("SIGTERM")
        const late = setTimeout(() => child.kill("SIGKILL"), graceMs)
        await gone
        clearTimeout(late)
      })
  )
