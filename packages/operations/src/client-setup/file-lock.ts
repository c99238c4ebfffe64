import { Clock, Effect, FileSystem, Option, Schedule, type Scope } from "effect"
import type { PlatformError } from "effect/PlatformError"

/** A lock nobody has renewed for this long was left behind by a process that died. */
const staleMs = 10_000

const busy = "AlreadyExists"

/**
 * Holds the lock of a file until the scope ends: the folder `<file>.lock`, as the `proper-lockfile` of Claude Code makes it.
 * Waits up to five seconds for another process, and removes a lock that is stale.
 */
export const lockFile = (file: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = `${file}.lock`
    const removeIfStale = Effect.gen(function* () {
      const { mtime } = yield* fs.stat(folder)
      const now = yield* Clock.currentTimeMillis
      if (Option.isSome(mtime) && now - mtime.value.getTime() > staleMs) yield* fs.remove(folder, { recursive: true })
    }).pipe(Effect.ignore)
    yield* Effect.acquireRelease(
      fs.makeDirectory(folder).pipe(
        Effect.tapError((error) => (error.reason._tag === busy ? removeIfStale : Effect.void)),
        Effect.retry({
          schedule: Schedule.spaced("100 millis"),
          times: 50,
          while: (error) => error.reason._tag === busy
        })
      ),
      () => Effect.ignore(fs.remove(folder, { recursive: true }))
    )
  })
