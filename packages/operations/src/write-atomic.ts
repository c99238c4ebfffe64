import { Effect, FileSystem, Path } from "effect"
import type { PlatformError } from "effect/PlatformError"

/**
 * Writes a file whole or not at all: a temporary file in the same folder (0600 unless told otherwise), flushed to disk, renamed over the target.
 */
export const writeAtomic = Effect.fn("writeAtomic")(function* (
  target: string,
  content: string,
  mode = 0o600
): Effect.fn.Return<void, PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = path.dirname(target)
  yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
  const temporary = path.join(folder, `.${path.basename(target)}.${process.pid}.${Date.now()}.tmp`)
  yield* Effect.gen(function* () {
    const file = yield* fs.open(temporary, { flag: "wx", mode })
    yield* file.writeAll(new TextEncoder().encode(content))
    yield* file.sync
  }).pipe(
    Effect.scoped,
    Effect.andThen(fs.rename(temporary, target)),
    Effect.onError(() => Effect.ignore(fs.remove(temporary)))
  )
})
