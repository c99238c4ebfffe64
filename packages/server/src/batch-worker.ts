import type { InternalError, NotFound } from "@pensieve/errors"
import {
  type Batch,
  type BatchRequest,
  BatchStore,
  expiresAt,
  type FileStore,
  processingStatus,
  soleOwner
} from "@pensieve/operations"
import { Cause, Clock, type Duration, Effect, type FileSystem, Layer, Stream, SubscriptionRef } from "effect"
import { Activity } from "./activity.ts"
import { answerBatched } from "./answer-batched.ts"
import type { Exchanges } from "./exchange/exchanges.ts"
import type { LastTurns } from "./last-turns.ts"
import type { Routing } from "./routing.ts"

/** Requests of a batch that are worked on at the same time: a machine answers two hardly slower than one. */
const concurrency = 2

/** How often is looked for what another process on the same state folder did. */
const lookEvery: Duration.Input = "10 seconds"

/**
 * Works off message batches, the oldest first, for as long as the server runs: in the background, one process a state folder. What was being
 * answered when the program ended is asked again by the next one.
 */
export const batchWorkerLayer: Layer.Layer<
  never,
  never,
  Activity | Exchanges | LastTurns | Routing | BatchStore | FileStore | FileSystem.FileSystem
> = Layer.effectDiscard(
  Effect.forkScoped(
    Effect.gen(function* () {
      const store = yield* BatchStore
      while (!(yield* soleOwner(store.lockFile))) yield* Effect.sleep(lookEvery)
      yield* Effect.forever(round(store))
    })
  )
)

type Store = BatchStore["Service"]

const round = (store: Store) =>
  Effect.gen(function* () {
    const revision = yield* SubscriptionRef.get(store.revision)
    const oldest = (yield* store.list).findLast((batch) => processingStatus(batch) !== "ended")
    if (oldest === undefined) return yield* changeSince(store, revision)
    yield* Effect.catchCause(workOff(store, oldest), (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.logError("a message batch is stuck").pipe(
            Effect.annotateLogs({ batch: oldest.id, cause: Cause.pretty(cause) }),
            Effect.andThen(Effect.sleep(lookEvery))
          )
    )
  })

/** Waits for a change by this process, or until it is time to look for changes by another. */
const changeSince = (store: Store, revision: number): Effect.Effect<void> =>
  SubscriptionRef.changes(store.revision).pipe(
    Stream.filter((now) => now !== revision),
    Stream.runHead,
    Effect.timeoutOption(lookEvery),
    Effect.asVoid
  )

const canceled = (store: Store, id: string): Effect.Effect<void, NotFound> =>
  Effect.gen(function* () {
    const revision = yield* SubscriptionRef.get(store.revision)
    if ((yield* store.get(id)).cancelInitiatedAt !== undefined) return
    yield* changeSince(store, revision)
    yield* canceled(store, id)
  })

/** Answers what has no answer yet until all have one, the batch is cancelled, or its time is over; and ends it. */
const workOff = (store: Store, batch: Batch) =>
  Effect.gen(function* () {
    const requests = yield* store.pending(batch)
    const remaining = expiresAt(batch) - (yield* Clock.currentTimeMillis)
    yield* Effect.forEach(requests, (request) => workOn(store, batch, request), { concurrency, discard: true }).pipe(
      Effect.raceFirst(canceled(store, batch.id)),
      Effect.timeoutOption(Math.max(0, remaining))
    )
    const left = yield* store.pending(batch)
    const { cancelInitiatedAt } = yield* store.get(batch.id)
    const type = cancelInitiatedAt === undefined ? "expired" : "canceled"
    yield* store.record(
      batch,
      left.map(({ customId }) => ({ custom_id: customId, result: { type } }))
    )
    yield* store.finish(batch)
    yield* Effect.logInfo("message batch ended").pipe(Effect.annotateLogs({ batch: batch.id, requests: batch.size }))
  })

const workOn = (
  store: Store,
  batch: Batch,
  request: BatchRequest
): Effect.Effect<void, InternalError, Activity | Exchanges | LastTurns | Routing | FileStore> =>
  Effect.gen(function* () {
    yield* (yield* Activity).quiet
    const result = yield* answerBatched(request.params, batch.headers)
    yield* Effect.uninterruptible(store.record(batch, [{ custom_id: request.customId, result }]))
  })
