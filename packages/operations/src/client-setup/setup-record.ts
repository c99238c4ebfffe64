import { SetupRefused } from "@pensieve/errors"
import { Effect, FileSystem, Path, Result, Schema } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { Home } from "../home.ts"
import { writeAtomic } from "../write-atomic.ts"
import { MadeChange } from "./change.ts"

/** What was done to one file, so that it can be undone. */
export const FileRecord = Schema.Struct({
  path: Schema.String,
  target: Schema.String,
  /** SHA-256 of the text as we left it. */
  written: Schema.String,
  /** The text before the first change; absent where there was no file, or where others have written to it since. */
  original: Schema.optionalKey(Schema.String),
  /** Whether the file was made by us. */
  created: Schema.Boolean,
  /** Whether its folder was made by us. */
  madeFolder: Schema.optionalKey(Schema.Boolean),
  /** Permission bits before. */
  mode: Schema.optionalKey(Schema.Int),
  made: Schema.Array(MadeChange)
})
export type FileRecord = typeof FileRecord.Type

/** What a setup did. */
export const SetupRecord = Schema.Struct({ version: Schema.Literal(1), files: Schema.Array(FileRecord) })
export type SetupRecord = typeof SetupRecord.Type

const codec = Schema.fromJsonString(SetupRecord)
const decode = Schema.decodeUnknownResult(codec)

const recordFile = (client: string) =>
  Effect.gen(function* () {
    const { root } = yield* Home
    const { join } = yield* Path.Path
    return join(root, "setup", `${client}.json`)
  })

/** What setups of a client did so far. */
export const readRecord = (
  client: string
): Effect.Effect<SetupRecord, SetupRefused | PlatformError, Home | FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = yield* recordFile(client)
    if (!(yield* fs.exists(file))) return { version: 1, files: [] }
    const record = decode(yield* fs.readFileString(file))
    if (Result.isSuccess(record)) return record.success
    return yield* new SetupRefused({
      message: `${file}, which remembers how to undo the setup, cannot be understood. Move it away to set up anew without an undo.`
    })
  })

/** Keeps the record, readable by the user alone: it holds the token. */
export const writeRecord = (client: string, record: SetupRecord) =>
  Effect.gen(function* () {
    yield* writeAtomic(yield* recordFile(client), `${JSON.stringify(record, undefined, 2)}\n`)
  })

/** Forgets the setup of a client. */
export const removeRecord = (client: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    yield* fs.remove(yield* recordFile(client), { force: true })
  })
