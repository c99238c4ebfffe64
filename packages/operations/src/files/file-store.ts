import { type InternalError, NotFound } from "@pensieve/errors"
import { Clock, Context, Effect, FileSystem, Layer, Option, Path, Schema, type Scope, Stream } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { Home } from "../home.ts"
import { isId, makeId } from "../make-id.ts"
import { makeRisingClock } from "../rising-clock.ts"
import { storeFailure } from "../store-failure.ts"
import { writeAtomic } from "../write-atomic.ts"

/** What is known of a stored file. Times are milliseconds since 1970. */
const StoredFile = Schema.Struct({
  id: Schema.String,
  filename: Schema.String,
  mimeType: Schema.String,
  sizeBytes: Schema.Int,
  createdAt: Schema.Int,
  expiresAt: Schema.optionalKey(Schema.Int)
})
export type StoredFile = typeof StoredFile.Type

const fileJson = Schema.fromJsonString(StoredFile)
const decodeFile = Schema.decodeUnknownOption(fileJson)
const encodeFile = Schema.encodeSync(fileJson)

/** A file whose bytes are on the disk and which nobody can find yet. It goes with its scope unless it is kept. */
export interface Draft {
  readonly sizeBytes: number
  readonly keep: (
    facts: Pick<StoredFile, "filename" | "mimeType"> & { readonly expiresInSeconds?: number }
  ) => Effect.Effect<StoredFile, InternalError>
}

/** Folders of uploads that are not complete. */
const draftPrefix = ".new-"

const written = <A, R>(effect: Effect.Effect<A, PlatformError, R>) =>
  Effect.catchTag(effect, "PlatformError", storeFailure("The file could not be kept"))

/**
 * Uploaded files, in `PENSIEVE_HOME/files`: a folder each, with the content and what is known of it. A folder appears under its id when
 * it is complete, so a file is there whole or not at all.
 */
export class FileStore extends Context.Service<
  FileStore,
  {
    /** Writes bytes to the disk as they come. */
    readonly draft: <E>(content: Stream.Stream<Uint8Array, E>) => Effect.Effect<Draft, E | InternalError, Scope.Scope>
    /** Fails with `NotFound` for an id that is unknown, deleted or past its time. */
    readonly get: (id: string) => Effect.Effect<StoredFile, NotFound>
    readonly content: (file: StoredFile) => Stream.Stream<Uint8Array, InternalError>
    /** Every file that is not past its time, newest first. */
    readonly list: Effect.Effect<ReadonlyArray<StoredFile>>
    readonly remove: (id: string) => Effect.Effect<void, NotFound | InternalError>
  }
>()("@pensieve/operations/FileStore") {
  static readonly layer: Layer.Layer<FileStore, never, Home | FileSystem.FileSystem | Path.Path> = Layer.effect(
    FileStore,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const services = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      const { filesFolder } = yield* Home
      const creationTime = makeRisingClock()
      const contentOf = (id: string) => path.join(filesFolder, id, "content")
      const factsOf = (folder: string) => path.join(folder, "file.json")

      const draft = <E>(content: Stream.Stream<Uint8Array, E>) =>
        Effect.gen(function* () {
          const folder = path.join(filesFolder, makeId(draftPrefix))
          const made = fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
          yield* Effect.acquireRelease(written(made), () => Effect.ignore(fs.remove(folder, { recursive: true })))
          const sizeBytes = yield* Effect.scoped(writeDown(path.join(folder, "content"), content))
          return { sizeBytes, keep: keep(folder, sizeBytes) }
        })

      const writeDown = <E>(target: string, content: Stream.Stream<Uint8Array, E>) =>
        Effect.gen(function* () {
          const file = yield* written(fs.open(target, { flag: "wx", mode: 0o600 }))
          let size = 0
          yield* Stream.runForEach(content, (bytes) => {
            size += bytes.length
            return written(file.writeAll(bytes))
          })
          yield* written(file.sync)
          return size
        })

      const keep =
        (folder: string, sizeBytes: number): Draft["keep"] =>
        ({ filename, mimeType, expiresInSeconds }) =>
          Effect.gen(function* () {
            const createdAt = yield* creationTime
            const stored: StoredFile = {
              id: makeId("file_"),
              filename,
              mimeType,
              sizeBytes,
              createdAt,
              ...(expiresInSeconds === undefined ? {} : { expiresAt: createdAt + expiresInSeconds * 1000 })
            }
            yield* written(Effect.provide(writeAtomic(factsOf(folder), encodeFile(stored)), services))
            yield* written(fs.rename(folder, path.join(filesFolder, stored.id)))
            return stored
          })

      const find = (id: string): Effect.Effect<Option.Option<StoredFile>, PlatformError> =>
        isId("file_", id)
          ? Effect.map(fs.readFileString(factsOf(path.join(filesFolder, id))), decodeFile)
          : Effect.succeedNone

      const get = (id: string): Effect.Effect<StoredFile, NotFound> =>
        Effect.gen(function* () {
          const found = yield* Effect.orElseSucceed(find(id), () => Option.none<StoredFile>())
          if (Option.isNone(found)) return yield* new NotFound({ message: `File not found: ${id}` })
          if (isPast(found.value, yield* Clock.currentTimeMillis))
            return yield* new NotFound({ message: `The file ${id} has expired.`, detailCode: "file_expired" })
          return found.value
        })

      const list = Effect.gen(function* () {
        const names = yield* Effect.orElseSucceed(fs.readDirectory(filesFolder), (): ReadonlyArray<string> => [])
        const found = yield* Effect.forEach(names, (name) => Effect.option(get(name)))
        return found
          .filter(Option.isSome)
          .map(({ value }) => value)
          .sort((a, b) => b.createdAt - a.createdAt)
      })

      const remove = (id: string) =>
        Effect.flatMap(get(id), () =>
          Effect.catchTag(
            fs.remove(path.join(filesFolder, id), { recursive: true }),
            "PlatformError",
            storeFailure("The file could not be deleted")
          )
        )

      const content = ({ id }: StoredFile) =>
        Stream.catchTag(fs.stream(contentOf(id)), "PlatformError", (error) =>
          Stream.fromEffect(storeFailure("The file could not be read")(error))
        )

      yield* sweep(fs, path, filesFolder)
      return FileStore.of({ draft, get, content, list, remove })
    })
  )
}

const isPast = ({ expiresAt }: StoredFile, now: number): boolean => expiresAt !== undefined && expiresAt <= now

/** No upload takes longer; another process may be in the midst of one. */
const longestUploadMs = 3_600_000

/** Removes files past their time, and what was being uploaded when a program was killed. */
const sweep = (fs: FileSystem.FileSystem, path: Path.Path, folder: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const isAbandoned = (entry: string) =>
      Effect.map(fs.stat(entry), ({ mtime }) =>
        Option.exists(mtime, (changed) => changed.getTime() + longestUploadMs < now)
      )
    const isExpired = (entry: string) =>
      Effect.map(fs.readFileString(path.join(entry, "file.json")), (text) =>
        Option.exists(decodeFile(text), (stored) => isPast(stored, now))
      )
    for (const name of yield* fs.readDirectory(folder)) {
      const entry = path.join(folder, name)
      const done = Effect.orElseSucceed(
        name.startsWith(draftPrefix) ? isAbandoned(entry) : isExpired(entry),
        () => false
      )
      if (yield* done) yield* fs.remove(entry, { recursive: true })
    }
  }).pipe(Effect.ignore)
