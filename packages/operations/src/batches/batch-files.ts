import { Effect, type FileSystem, Option, type Path, Schema, Stream } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { writeAtomic } from "../write-atomic.ts"
import { type BatchCounts, BatchRequest, BatchResult } from "./batch.ts"

const requestLine = Schema.fromJsonString(BatchRequest)
const decodeRequest = Schema.decodeUnknownOption(requestLine)
const encodeRequest = Schema.encodeSync(requestLine)
const decodeResult = Schema.decodeUnknownOption(Schema.fromJsonString(BatchResult))

const newline = 0x0a

/** The files in one batch's folder that have a line each request: what is asked, and what was answered so far. */
export const batchFiles = (fs: FileSystem.FileSystem, path: Path.Path, folder: string) => {
  const requestsFile = path.join(folder, "requests.jsonl")
  const resultsFile = path.join(folder, "results.jsonl")

  const resultLines = Stream.decodeText(fs.stream(resultsFile)).pipe(
    Stream.splitLines,
    Stream.map((line) => Option.toArray(decodeResult(line))),
    Stream.flattenIterable
  )

  /** A program that was killed in mid-write leaves a line without its end: it never was a result. */
  const mendResults = Effect.gen(function* () {
    if (!(yield* fs.exists(resultsFile))) return yield* fs.writeFile(resultsFile, new Uint8Array(), { mode: 0o600 })
    const bytes = yield* fs.readFile(resultsFile)
    const whole = bytes.lastIndexOf(newline) + 1
    if (whole < bytes.length) yield* fs.truncate(resultsFile, whole)
  })

  const pendingRequests: Effect.Effect<ReadonlyArray<BatchRequest>, PlatformError> = Effect.gen(function* () {
    yield* mendResults
    const done = new Set<string>()
    yield* Stream.runForEach(resultLines, ({ custom_id }) => Effect.sync(() => done.add(custom_id)))
    const text = yield* fs.readFileString(requestsFile)
    return text
      .split("\n")
      .flatMap((line) => Option.toArray(decodeRequest(line)))
      .filter(({ customId }) => !done.has(customId))
  })

  const appendResults = (results: ReadonlyArray<BatchResult>): Effect.Effect<void, PlatformError> =>
    Effect.scoped(
      Effect.gen(function* () {
        const file = yield* fs.open(resultsFile, { flag: "a", mode: 0o600 })
        const text = results.map((result) => `${JSON.stringify(result)}\n`).join("")
        yield* file.writeAll(new TextEncoder().encode(text))
        yield* file.sync
      })
    )

  const countResults: Effect.Effect<BatchCounts, PlatformError> = Effect.gen(function* () {
    const counts = { succeeded: 0, errored: 0, canceled: 0, expired: 0 }
    yield* Stream.runForEach(resultLines, ({ result }) => Effect.sync(() => counts[result.type]++))
    return counts
  })

  return {
    writeRequests: (requests: ReadonlyArray<BatchRequest>) =>
      writeAtomic(requestsFile, requests.map((request) => `${encodeRequest(request)}\n`).join("")),
    pendingRequests,
    appendResults,
    countResults,
    results: fs.stream(resultsFile),
    dropRequests: Effect.ignore(fs.remove(requestsFile)),
    dropResults: Effect.ignore(fs.remove(resultsFile))
  }
}
