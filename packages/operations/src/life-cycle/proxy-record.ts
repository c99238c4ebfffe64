import { Effect, FileSystem, Option, Path, Result, Schema, type Scope } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { Home } from "../home.ts"
import { writeAtomic } from "../write-atomic.ts"

/** What a running proxy leaves in `run/` for the commands of the same user. It says where to look; who is there is proved by asking. */
export const ProxyRecord = Schema.Struct({
  version: Schema.String,
  /** Made anew at each start. */
  instance: Schema.String,
  pid: Schema.Int,
  port: Schema.Int,
  /** The token it takes, which may have been given by a variable. */
  token: Schema.String,
  /** The flags it was started with, and where. */
  args: Schema.Array(Schema.String),
  cwd: Schema.String,
  /** Started with `--detach`. */
  detached: Schema.Boolean,
  /** Milliseconds since 1970. */
  startedAt: Schema.Finite
})
export type ProxyRecord = typeof ProxyRecord.Type

const codec = Schema.fromJsonString(ProxyRecord)
const decode = Schema.decodeUnknownResult(codec)
const encode = Schema.encodeSync(codec)

const namePattern = /^proxy-(\d+)\.json$/

const fileOf = (port: number) =>
  Effect.gen(function* () {
    const { runFolder } = yield* Home
    const { join } = yield* Path.Path
    return join(runFolder, `proxy-${port}.json`)
  })

const readRecord = (port: number) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const text = yield* fs.readFileString(yield* fileOf(port))
    return Result.getOrUndefined(decode(text))
  }).pipe(Effect.orElseSucceed(() => undefined))

/** Leaves the record for as long as the scope lives. */
export const keepRecord = (
  record: ProxyRecord
): Effect.Effect<void, PlatformError, Home | FileSystem.FileSystem | Path.Path | Scope.Scope> =>
  Effect.acquireRelease(
    Effect.flatMap(fileOf(record.port), (file) => writeAtomic(file, `${encode(record)}\n`)),
    () =>
      Effect.flatMap(readRecord(record.port), (now) =>
        now?.instance === record.instance ? forgetRecord(record.port) : Effect.void
      )
  )

/** Removes the record of a port. */
export const forgetRecord = (port: number): Effect.Effect<void, never, Home | FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    yield* Effect.ignore(fs.remove(yield* fileOf(port), { force: true }))
  })

/** All records, by port. What cannot be read is nobody's. */
export const readRecords: Effect.Effect<
  ReadonlyArray<ProxyRecord>,
  never,
  Home | FileSystem.FileSystem | Path.Path
> = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { runFolder } = yield* Home
  const names = yield* Effect.orElseSucceed(fs.readDirectory(runFolder), (): Array<string> => [])
  const ports = names.flatMap((name) => Option.toArray(Option.fromNullishOr(namePattern.exec(name)?.[1]))).map(Number)
  const records = yield* Effect.forEach(
    ports.sort((a, b) => a - b),
    readRecord
  )
  return records.filter((record) => record !== undefined)
})
