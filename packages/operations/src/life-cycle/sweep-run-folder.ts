import { Effect, FileSystem, Path } from "effect"
import { Home } from "../home.ts"
import { isRunning } from "./is-running.ts"

/** Sockets of engines, named after the proxy that made them. */
const socketPattern = /^bridge-(\d+)-\d+\.sock$/

/** Removes what proxies left behind that were killed. */
export const sweepRunFolder: Effect.Effect<void, never, Home | FileSystem.FileSystem | Path.Path> = Effect.gen(
  function* () {
    const fs = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const { runFolder } = yield* Home
    for (const name of yield* fs.readDirectory(runFolder)) {
      const pid = socketPattern.exec(name)?.[1]
      if (pid !== undefined && !isRunning(Number(pid))) yield* fs.remove(join(runFolder, name), { force: true })
    }
  }
).pipe(Effect.ignore)
