import { SetupRefused } from "@pensieve/errors"
import { createTwoFilesPatch } from "diff"
import { Effect, FileSystem, Path, Result, type Scope } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { createHash } from "node:crypto"
import { rmdir } from "node:fs/promises"
import type { Home } from "../home.ts"
import { writeAtomic } from "../write-atomic.ts"
import type { Change, MadeChange } from "./change.ts"
import { formatOf, makeChanges, takeBack } from "./edit-settings.ts"
import { lockFile } from "./file-lock.ts"
import { readSettingsFile, type SettingsFile } from "./settings-file.ts"
import { type FileRecord, readRecord, removeRecord, writeRecord } from "./setup-record.ts"

/** The changes wanted in one file. */
export interface WantedFile {
  readonly path: string
  readonly changes: ReadonlyArray<Change>
}

/** What will be done to one file. */
export interface PlannedFile {
  readonly file: SettingsFile
  readonly text: string
  readonly made: ReadonlyArray<MadeChange>
  /** A unified diff for the user's eyes. */
  readonly diff: string
}

type Needs = Home | FileSystem.FileSystem | Path.Path

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

const diffOf = (path: string, before: string, after: string): string =>
  createTwoFilesPatch(path, path, before, after, "now", "then", { context: 2 })

/** Works out what a setup would do, and does nothing. Files that need no change are left out. */
export const planSetup = (
  wanted: ReadonlyArray<WantedFile>
): Effect.Effect<ReadonlyArray<PlannedFile>, SetupRefused | PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const planned: Array<PlannedFile> = []
    for (const { path, changes } of wanted) {
      const file = yield* readSettingsFile(path)
      const format = formatOf(path)
      const edited = makeChanges(format, file.text ?? "", changes)
      if (Result.isFailure(edited)) {
        const { line, column, problem } = edited.failure
        return yield* new SetupRefused({
          message: `${path} cannot be changed as ${format.name} (line ${line}, column ${column}: ${problem}). It was left alone; mend it and try again.`
        })
      }
      const { text, made } = edited.success
      if (made.length > 0) planned.push({ file, text, made, diff: diffOf(path, file.text ?? "", text) })
    }
    return planned
  })

/** Does what was planned: locks and writes each file whole, and remembers how to undo it. */
export const applySetup = (
  client: string,
  planned: ReadonlyArray<PlannedFile>
): Effect.Effect<void, SetupRefused | PlatformError, Needs> =>
  Effect.forEach(planned, (plan) => Effect.scoped(applyOne(client, plan)), { discard: true })

const applyOne = (client: string, { file, text, made }: PlannedFile) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { dirname } = yield* Path.Path
    const folder = dirname(file.target)
    const madeFolder = !(yield* fs.exists(folder))
    yield* fs.makeDirectory(folder, { recursive: true })
    yield* lockFile(file.target)
    const now = yield* readSettingsFile(file.path)
    if (now.text !== file.text)
      return yield* new SetupRefused({
        message: `${file.path} was changed by another program meanwhile. Nothing was written; try again.`
      })
    const record = yield* readRecord(client)
    const earlier = record.files.find(({ target }) => target === file.target)
    // The record first: a crash between the two leaves a record of changes that are not there, which undo passes over.
    yield* writeRecord(client, {
      version: 1,
      files: [
        ...record.files.filter(({ target }) => target !== file.target),
        recordOf({ file, text, made }, madeFolder, earlier)
      ]
    })
    yield* writeAtomic(file.target, text, 0o600)
  })

const recordOf = (
  { file, text, made }: Pick<PlannedFile, "file" | "text" | "made">,
  madeFolder: boolean,
  earlier: FileRecord | undefined
): FileRecord => {
  const base = { path: file.path, target: file.target, written: sha256(text) }
  if (earlier === undefined)
    return {
      ...base,
      created: file.text === undefined,
      ...(madeFolder ? { madeFolder } : {}),
      ...(file.text === undefined ? {} : { original: file.text }),
      ...(file.mode === undefined ? {} : { mode: file.mode }),
      made
    }
  const untouched = file.text !== undefined && sha256(file.text) === earlier.written
  return {
    ...base,
    created: earlier.created && untouched,
    ...(earlier.madeFolder === undefined ? {} : { madeFolder: earlier.madeFolder }),
    ...(earlier.original === undefined || !untouched ? {} : { original: earlier.original }),
    ...(earlier.mode === undefined ? {} : { mode: earlier.mode }),
    made: mergeMade(earlier.made, made)
  }
}

/** What stood there before our first change counts, whatever we wrote since. */
const mergeMade = (earlier: ReadonlyArray<MadeChange>, later: ReadonlyArray<MadeChange>): ReadonlyArray<MadeChange> => {
  const merged = new Map(earlier.map((change) => [JSON.stringify(change.path), change]))
  for (const change of later) {
    const key = JSON.stringify(change.path)
    const first = merged.get(key)
    merged.set(key, first === undefined ? change : { ...first, value: change.value })
  }
  return [...merged.values()]
}

/** What undoing did to one file. */
export interface Undone {
  readonly path: string
  /** `restored`: byte for byte as it was; `cleaned`: our values taken out of a file that others have changed; `removed`: it was ours. */
  readonly how: "restored" | "cleaned" | "removed" | "gone"
  /** Places that somebody changed after us; they were left alone. */
  readonly kept: ReadonlyArray<ReadonlyArray<string>>
}

/** Takes back everything that setups of a client did. */
export const undoSetup = (client: string): Effect.Effect<ReadonlyArray<Undone>, SetupRefused | PlatformError, Needs> =>
  Effect.gen(function* () {
    const { files } = yield* readRecord(client)
    const undone = yield* Effect.forEach(files, (record) =>
      Effect.scoped(undoOne(record)).pipe(
        Effect.tap(({ how }) => (how === "removed" && record.madeFolder === true ? leaveFolder(record) : Effect.void))
      )
    )
    yield* removeRecord(client)
    return undone
  })

/** The folder was made for the file. One that is not empty stays. */
const leaveFolder = ({ target }: FileRecord) =>
  Effect.flatMap(Path.Path, ({ dirname }) => Effect.ignore(Effect.tryPromise(() => rmdir(dirname(target)))))

const undoOne = (
  record: FileRecord
): Effect.Effect<Undone, SetupRefused | PlatformError, FileSystem.FileSystem | Path.Path | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { path, target, made, mode = 0o600 } = record
    const { text } = yield* readSettingsFile(target)
    if (text === undefined) return { path, how: "gone", kept: [] }
    yield* lockFile(target)
    const untouched = sha256(text) === record.written
    if (untouched && record.created) {
      yield* fs.remove(target)
      return { path, how: "removed", kept: [] }
    }
    if (untouched && record.original !== undefined) {
      yield* writeAtomic(target, record.original, mode)
      return { path, how: "restored", kept: [] }
    }
    const format = formatOf(path)
    const reverted = takeBack(format, text, made)
    if (Result.isFailure(reverted))
      return yield* new SetupRefused({
        message: `${path} is not valid ${format.name} any more (line ${reverted.failure.line}). It was left alone; mend it and undo again.`
      })
    yield* writeAtomic(target, reverted.success.text, mode)
    return { path, how: "cleaned", kept: reverted.success.kept }
  })
