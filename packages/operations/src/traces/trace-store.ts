import { Context, Effect, FileSystem, Layer, Path } from "effect"
import { Home } from "../home.ts"
import { writeAtomic } from "../write-atomic.ts"
import { redactSecrets } from "./redact-secrets.ts"
import type { Trace } from "./trace.ts"

/** Of which exchanges traces are kept. */
export type TraceMode = "off" | "errors" | "all"

/** Bytes of all traces together, and days they are kept. */
const largestFolder = 256 * 1024 * 1024
const longestMs = 14 * 24 * 3600 * 1000

/** Where traces go. */
export const TraceStore = Context.Reference<{
  readonly mode: TraceMode
  /** Keeps a trace; what the disk refuses is dropped, since a trace must not end a conversation. */
  readonly keep: (trace: Trace) => Effect.Effect<void>
}>("@pensieve/operations/TraceStore", { defaultValue: () => ({ mode: "off", keep: () => Effect.void }) })

/**
 * Keeps traces in `traces/`, a file each, readable by the user alone; the oldest go when they are too many or too old.
 *
 * @param secrets what is never written
 */
export const traceStoreLayer = (mode: TraceMode, secrets: ReadonlyArray<string>) =>
  Layer.effect(
    TraceStore,
    Effect.gen(function* () {
      const { tracesFolder } = yield* Home
      const { join } = yield* Path.Path
      const services = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      const keep = (trace: Trace) =>
        Effect.andThen(
          writeAtomic(join(tracesFolder, traceName(trace)), redactSecrets(JSON.stringify(trace), secrets)),
          prune(tracesFolder)
        ).pipe(Effect.ignore, Effect.provideContext(services))
      return { mode, keep }
    })
  )

/** In the order of time. */
const traceName = ({ time, id }: Trace): string => `${new Date(time).toISOString().replaceAll(/[-:]/g, "")}-${id}.json`

/** Removes what is too old, and then the oldest until the rest is small enough. */
const prune = (folder: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const now = Date.now()
    let room = largestFolder
    for (const name of (yield* traceNames(folder)).toReversed()) {
      const file = join(folder, name)
      const { size, mtime } = yield* fs.stat(file)
      room -= Number(size)
      const age = mtime._tag === "Some" ? now - mtime.value.getTime() : 0
      if (room < 0 || age > longestMs) yield* fs.remove(file, { force: true })
    }
  })

/** Names of the traces in a folder, the oldest first. */
export const traceNames = (folder: string): Effect.Effect<ReadonlyArray<string>, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const names = yield* Effect.orElseSucceed(fs.readDirectory(folder), (): Array<string> => [])
    return names.filter((name) => /^\d{8}T.*\.json$/.test(name)).sort()
  })
