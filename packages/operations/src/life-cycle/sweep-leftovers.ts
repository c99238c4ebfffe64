import { Effect, FileSystem, Path } from "effect"
import { Home } from "../home.ts"
import { isRunning } from "./is-running.ts"

/** Sockets of engines, named after the proxy that made them. */
const socketPattern = /^bridge-(\d+)-[\d-]+\.sock$/
/** What a proxy said at its start in the background, named after the command that waited for it. */
const startPattern = /^start-(\d+)\.log$/

/** Removes what was left behind by proxies and commands that were killed. */
export const sweepLeftovers: Effect.Effect<void, never, Home | FileSystem.FileSystem | Path.Path> = Effect.gen(
  function* () {
    const { runFolder, logsFolder } = yield* Home
    yield* sweep(runFolder, socketPattern)
    yield* sweep(logsFolder, startPattern)
  }
)

/** @param pattern names that begin with the id of the process they are of */
const sweep = (folder: string, pattern: RegExp) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    for (const name of yield* fs.readDirectory(folder)) {
      const pid = pattern.exec(name)?.[1]
      if (pid !== undefined && !isRunning(Number(pid))) yield* fs.remove(join(folder, name), { force: true })
    }
  }).pipe(Effect.ignore)
