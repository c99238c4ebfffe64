import { type InternalError, InvalidRequest, NotFound } from "@pensieve/errors"
import {
  Clock,
  Context,
  Effect,
  FileSystem,
  Layer,
  Option,
  Path,
  Schema,
  Semaphore,
  Stream,
  SubscriptionRef
} from "effect"
import type { PlatformError } from "effect/PlatformError"
import { Home } from "../home.ts"
import { isId, makeId } from "../make-id.ts"
import { makeRisingClock } from "../rising-clock.ts"
import { storeFailure } from "../store-failure.ts"
import { writeAtomic } from "../write-atomic.ts"
import { archivedAt, Batch, type BatchRequest, type BatchResult, processingStatus } from "./batch.ts"
import { batchFiles } from "./batch-files.ts"

const batchJson = Schema.fromJsonString(Batch)
const decodeBatch = Schema.decodeUnknownOption(batchJson)
const encodeBatch = Schema.encodeSync(batchJson)

/**
 * Message batches, in `PENSIEVE_HOME/batches`: a folder each, with the requests, the results line by line, and where it stands. All state is
 * on the disk, so that nothing is lost when the program is killed, and several processes see the same.
 */
export class BatchStore extends Context.Service<
  BatchStore,
  {
    readonly create: (
      requests: ReadonlyArray<BatchRequest>,
      headers: Readonly<Record<string, string>>
    ) => Effect.Effect<Batch, InternalError>
    readonly get: (id: string) => Effect.Effect<Batch, NotFound>
    /** Newest first. */
    readonly list: Effect.Effect<ReadonlyArray<Batch>>
    /** From here on no request of it is begun. Fails with `InvalidRequest` when it has ended. */
    readonly cancel: (id: string) => Effect.Effect<Batch, NotFound | InvalidRequest | InternalError>
    /** Fails with `InvalidRequest` while it is in progress. */
    readonly remove: (id: string) => Effect.Effect<void, NotFound | InvalidRequest | InternalError>
    /** The results as lines of JSON. Fails with `NotFound` before the end and after they were archived. */
    readonly results: (id: string) => Effect.Effect<Stream.Stream<Uint8Array, InternalError>, NotFound>
    /** The requests of a batch that have no result yet, in the order sent. */
    readonly pending: (batch: Batch) => Effect.Effect<ReadonlyArray<BatchRequest>, InternalError>
    /** Writes results down; they are on the disk when this is done. */
    readonly record: (batch: Batch, results: ReadonlyArray<BatchResult>) => Effect.Effect<void, InternalError>
    /** Ends a batch all of whose requests have a result. */
    readonly finish: (batch: Batch) => Effect.Effect<void, NotFound | InternalError>
    /** Grows whenever this process creates or cancels a batch. */
    readonly revision: SubscriptionRef.SubscriptionRef<number>
    /** Held by the process that works on batches. */
    readonly lockFile: string
  }
>()("@pensieve/operations/BatchStore") {
  static readonly layer: Layer.Layer<BatchStore, never, Home | FileSystem.FileSystem | Path.Path> = Layer.effect(
    BatchStore,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const services = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      const { batchesFolder } = yield* Home
      const revision = yield* SubscriptionRef.make(0)
      const announce = SubscriptionRef.update(revision, (number) => number + 1)
      const creationTime = makeRisingClock()
      const oneAtATime = yield* Semaphore.make(1)
      const folderOf = (id: string) => path.join(batchesFolder, id)
      const files = (id: string) => batchFiles(fs, path, folderOf(id))

      const save = (batch: Batch, folder = folderOf(batch.id)): Effect.Effect<void, PlatformError> =>
        Effect.provide(writeAtomic(path.join(folder, "batch.json"), encodeBatch(batch)), services)

      const create = (requests: ReadonlyArray<BatchRequest>, headers: Readonly<Record<string, string>>) =>
        Effect.gen(function* () {
          const batch: Batch = {
            id: makeId("msgbatch_"),
            createdAt: yield* creationTime,
            size: requests.length,
            headers
          }
          const draft = path.join(batchesFolder, makeId(draftPrefix))
          yield* Effect.gen(function* () {
            yield* fs.makeDirectory(draft, { recursive: true, mode: 0o700 })
            yield* Effect.provide(batchFiles(fs, path, draft).writeRequests(requests), services)
            yield* save(batch, draft)
            yield* fs.rename(draft, folderOf(batch.id))
          }).pipe(Effect.onError(() => Effect.ignore(fs.remove(draft, { recursive: true }))))
          yield* announce
          return batch
        }).pipe(Effect.catchTag("PlatformError", storeFailure("The batch could not be kept")))

      const get = (id: string): Effect.Effect<Batch, NotFound> =>
        Effect.gen(function* () {
          const text = isId("msgbatch_", id)
            ? yield* Effect.option(fs.readFileString(path.join(folderOf(id), "batch.json")))
            : Option.none<string>()
          const found = Option.flatMap(text, decodeBatch)
          return Option.isSome(found) ? found.value : yield* new NotFound({ message: `Message Batch not found: ${id}` })
        })

      const list = Effect.gen(function* () {
        const names = yield* Effect.orElseSucceed(fs.readDirectory(batchesFolder), (): ReadonlyArray<string> => [])
        const found = yield* Effect.forEach(names, (name) => Effect.option(get(name)))
        return found
          .filter(Option.isSome)
          .map(({ value }) => value)
          .sort((a, b) => b.createdAt - a.createdAt)
      })

      /** Reads a batch, and writes what becomes of it, without anybody of this process in between. */
      const change = <E>(id: string, next: (batch: Batch, now: number) => Effect.Effect<Batch, E>) =>
        Effect.gen(function* () {
          const batch = yield* next(yield* get(id), yield* Clock.currentTimeMillis)
          yield* Effect.catchTag(save(batch), "PlatformError", storeFailure("The batch could not be written"))
          return batch
        }).pipe(oneAtATime.withPermit)

      const cancel = (id: string) =>
        change(id, (batch, now) =>
          processingStatus(batch) === "ended"
            ? Effect.fail(new InvalidRequest({ message: `Message Batch ${id} has ended and cannot be canceled.` }))
            : Effect.succeed({ ...batch, cancelInitiatedAt: batch.cancelInitiatedAt ?? now })
        ).pipe(Effect.tap(announce))

      const remove = (id: string) =>
        Effect.gen(function* () {
          if (processingStatus(yield* get(id)) !== "ended")
            return yield* new InvalidRequest({
              message: `Message Batch ${id} is still being processed. Cancel it, and delete it when it has ended.`
            })
          const gone = path.join(batchesFolder, makeId(draftPrefix))
          yield* fs.rename(folderOf(id), gone)
          yield* fs.remove(gone, { recursive: true })
        }).pipe(Effect.catchTag("PlatformError", storeFailure("The batch could not be deleted")))

      const results = (id: string) =>
        Effect.gen(function* () {
          const batch = yield* get(id)
          if (batch.endedAt === undefined)
            return yield* new NotFound({
              message: `Message Batch ${id} has no results before its processing has ended.`
            })
          if (archivedAt(batch) <= (yield* Clock.currentTimeMillis))
            return yield* new NotFound({ message: `The results of Message Batch ${id} were archived after 29 days.` })
          return Stream.catchTag(files(id).results, "PlatformError", (error) =>
            Stream.fromEffect(storeFailure("The results could not be read")(error))
          )
        })

      const pending = (batch: Batch) =>
        Effect.catchTag(
          files(batch.id).pendingRequests,
          "PlatformError",
          storeFailure("The batch's requests could not be read")
        )

      const record = (batch: Batch, lines: ReadonlyArray<BatchResult>) =>
        Effect.catchTag(
          files(batch.id).appendResults(lines),
          "PlatformError",
          storeFailure("A result could not be written")
        )

      const finish = (batch: Batch) =>
        Effect.gen(function* () {
          const counts = yield* Effect.catchTag(
            files(batch.id).countResults,
            "PlatformError",
            storeFailure("The results could not be read")
          )
          yield* change(batch.id, (current, now) => Effect.succeed({ ...current, endedAt: now, counts }))
          yield* files(batch.id).dropRequests
        })

      yield* sweep(fs, path, batchesFolder, list)
      return BatchStore.of({
        create,
        get,
        list,
        cancel,
        remove,
        results,
        pending,
        record,
        finish,
        revision,
        lockFile: path.join(batchesFolder, "worker.lock")
      })
    })
  )
}

/** Folders that are being made or being removed. */
const draftPrefix = ".new-"

/** Removes what a killed program left half made, and results past their time. */
const sweep = (
  fs: FileSystem.FileSystem,
  path: Path.Path,
  folder: string,
  list: Effect.Effect<ReadonlyArray<Batch>>
): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
    const now = yield* Clock.currentTimeMillis
    for (const name of yield* fs.readDirectory(folder))
      if (name.startsWith(draftPrefix)) yield* fs.remove(path.join(folder, name), { recursive: true })
    for (const batch of yield* list)
      if (batch.endedAt !== undefined && archivedAt(batch) <= now)
        yield* batchFiles(fs, path, path.join(folder, batch.id)).dropResults
  }).pipe(Effect.ignore)
