import { traceNames } from "@pensieve/operations"
import { Effect, FileSystem, Path } from "effect"
import { readText } from "../read-text.ts"
import { entriesOf, type LogEntry } from "./replay-log.ts"

/** A log: a file with a request a line, or a folder of traces. */
export const readLog = Effect.fn("readLog")(function* (place: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const isFolder = yield* Effect.match(fs.stat(place), {
    onFailure: () => false,
    onSuccess: ({ type }) => type === "Directory"
  })
  if (!isFolder) return entriesOf(yield* readText(place))
  return yield* Effect.forEach(yield* traceNames(place), (name) =>
    Effect.map(readText(join(place, name)), (text): LogEntry => ({ place: name, text }))
  )
})
