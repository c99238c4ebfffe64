import { Effect, FileSystem, Option, type Scope } from "effect"
import { uptime } from "node:os"
import { isRunning } from "./life-cycle/is-running.ts"

/** Locks of this very process: its own id in any other lock is that of a dead namesake. */
const held = new Set<string>()

/**
 * Takes the lock in a file for as long as the scope lives; gives whether it is ours. A lock whose process is gone, or which is older than the
 * machine's start, is nobody's.
 */
export const soleOwner = Effect.fn("soleOwner")(function* (
  lockFile: string
): Effect.fn.Return<boolean, never, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const take = fs.writeFileString(lockFile, String(process.pid), { flag: "wx", mode: 0o600 }).pipe(
    Effect.as(true),
    Effect.orElseSucceed(() => false)
  )
  const isStale = Effect.gen(function* () {
    const pid = Number(yield* fs.readFileString(lockFile))
    const { mtime } = yield* fs.stat(lockFile)
    const bootedAt = Date.now() - uptime() * 1000
    const dead = pid === process.pid ? !held.has(lockFile) : !isRunning(pid)
    return dead || Option.exists(mtime, (time) => time.getTime() < bootedAt)
  }).pipe(Effect.orElseSucceed(() => true))
  const own = Effect.gen(function* () {
    if (yield* take) return true
    if (!(yield* isStale)) return false
    yield* Effect.ignore(fs.remove(lockFile))
    return yield* take
  })
  const release = Effect.andThen(
    Effect.sync(() => held.delete(lockFile)),
    Effect.ignore(fs.remove(lockFile))
  )
  const ours = yield* Effect.acquireRelease(
    Effect.tap(own, (taken) => Effect.sync(() => taken && held.add(lockFile))),
    (taken) => (taken ? release : Effect.void)
  )
  return ours
})
