import type { GenerationEvent } from "@pensieve/models"
import { Cause, type Duration, Effect, Exit, Option, Pull, type Scope } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"

/** Events a fast backend may be ahead of a slow reader, before what comes at once is counted. */
const capacity = 16

type Events = ReadonlyArray<GenerationEvent>

/** The events of one answer, on the way from the fiber that brings them to its one reader. */
export interface Feed<E> {
  /** All that waits; else waits for the next events. Ends, and fails, as the answer does. */
  readonly pull: Pull.Pull<NonEmptyReadonlyArray<GenerationEvent>, E>
  /** Puts an event in where nothing waits to be read. */
  readonly beat: (event: GenerationEvent) => void
}

/**
 * The two ends of a feed. Neither costs the other a turn of the scheduler: what comes is with its reader within the same tick.
 */
class EventFeed<E> implements Feed<E> {
  #waiting: Array<GenerationEvent> = []
  #end: Exit.Exit<void, E> | undefined
  #wakeReader: (() => void) | undefined
  #wakeWriter: (() => void) | undefined

  /** Brings events; waits while the reader is too far behind. */
  push(events: Events): Effect.Effect<void> {
    this.#waiting.push(...events)
    this.#wakeReader?.()
    return this.#waiting.length < capacity ? Effect.void : this.#drained
  }

  /** There is no more. */
  settle(exit: Exit.Exit<void, E>): void {
    this.#end = exit
    this.#wakeReader?.()
  }

  beat(event: GenerationEvent): void {
    if (this.#waiting.length > 0 || this.#end !== undefined) return
    this.#waiting.push(event)
    this.#wakeReader?.()
  }

  readonly pull: Feed<E>["pull"] = Effect.suspend(() => {
    const [first, ...rest] = this.#waiting
    if (first !== undefined) {
      this.#waiting = []
      this.#wakeWriter?.()
      return Effect.succeed([first, ...rest] as const)
    }
    if (this.#end === undefined) return Effect.flatMap(this.#filled, () => this.pull)
    return Exit.isFailure(this.#end) ? Effect.failCause(this.#end.cause) : Cause.done()
  })

  readonly #filled = Effect.callback<void>((resume) => {
    this.#wakeReader = () => {
      this.#wakeReader = undefined
      resume(Effect.void)
    }
    return Effect.sync(() => {
      this.#wakeReader = undefined
    })
  })

  readonly #drained = Effect.callback<void>((resume) => {
    if (this.#waiting.length < capacity) return resume(Effect.void)
    this.#wakeWriter = () => {
      this.#wakeWriter = undefined
      resume(Effect.void)
    }
    return Effect.sync(() => {
      this.#wakeWriter = undefined
    })
  })
}

/**
 * Starts the work that brings an answer, in a fiber of its own, at most a few events ahead of the reader. The work ends with the scope.
 *
 * @param bring pushes the events as they come; it ends, and fails, as the answer does
 */
export const startFeed = <E, R>(
  bring: (push: (events: Events) => Effect.Effect<void>) => Effect.Effect<void, E, R>
): Effect.Effect<Feed<E>, never, R | Scope.Scope> =>
  Effect.gen(function* () {
    const feed = new EventFeed<E>()
    const work = bring((events) => feed.push(events))
    const settled = Effect.onExit(work, (exit) => Effect.sync(() => feed.settle(exit)))
    yield* Effect.forkScoped(settled, { startImmediately: true })
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
  feed.pull.pipe(
    Pull.catchDone(() => Effect.succeed<ReadonlyArray<GenerationEvent>>([])),
    Effect.timeoutOption(patience),
    Effect.map(Option.getOrElse((): ReadonlyArray<GenerationEvent> => []))
  )
