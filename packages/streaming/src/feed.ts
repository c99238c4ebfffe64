import type { GenerationEvent } from "@pensieve/models"
import { type Cause, type Duration, Effect, Option, Pull, Queue, type Scope, Stream } from "effect"

/** Events a fast backend may be ahead of a slow reader. */
const capacity = 16

/** The events of one answer, pulled by a fiber of its own. It is at most a few events ahead of its reader. */
export type Feed<E> = Queue.Queue<GenerationEvent, E | Cause.Done>

/** Starts to pull an answer. The work ends with the scope. */
export const startFeed = <E, R>(
  events: Stream.Stream<GenerationEvent, E, R>
): Effect.Effect<Feed<E>, never, R | Scope.Scope> =>
  Effect.gen(function* () {
    const feed = yield* Queue.bounded<GenerationEvent, E | Cause.Done>(capacity)
    yield* Effect.forkScoped(Stream.runIntoQueue(events, feed))
    return feed
  })

/**
 * The first events of an answer, so that a failure before them can still become an HTTP status; none when `patience` is over before
 * they come. The work goes on undisturbed.
 */
export const firstEvents = <E>(
  feed: Feed<E>,
  patience: Duration.Input
): Effect.Effect<ReadonlyArray<GenerationEvent>, Exclude<E, Cause.Done>> =>
  Queue.takeAll(feed).pipe(
    Pull.catchDone(() => Effect.succeed<ReadonlyArray<GenerationEvent>>([])),
    Effect.timeoutOption(patience),
    Effect.map(Option.getOrElse((): ReadonlyArray<GenerationEvent> => []))
  )
