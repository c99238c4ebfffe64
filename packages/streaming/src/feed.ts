import type { GenerationEvent } from "@pensieve/models"
import { Array as Arr, Cause, type Duration, Effect, Exit, Pull, type Scope } from "effect"
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
  /** Takes what waits, as far as something does. */
  readonly take: () => Events
  /** Whether there is something to pull: events, or the end. */
  readonly ready: () => boolean
  /** Waits until there is something to pull, or until somebody wakes whoever waits here. */
  readonly filled: Effect.Effect<void>
  readonly wake: () => void
}

/** What may end an answer from outside. It is given what tells the end, and gives back what forgets it. */
export type Ending<E> = (end: (error: E) => void) => () => void

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
    this.wake()
  }

  wake(): void {
    this.#wakeReader?.()
  }

  ready(): boolean {
    return this.#waiting.length > 0 || this.#end !== undefined
  }

  beat(event: GenerationEvent): void {
    if (this.ready()) return
    this.#waiting.push(event)
    this.#wakeReader?.()
  }

  take(): Events {
    const taken = this.#waiting
    if (taken.length === 0) return taken
    this.#waiting = []
    this.#wakeWriter?.()
    return taken
  }

  readonly pull: Feed<E>["pull"] = Effect.suspend(() => {
    const taken = this.take()
    if (Arr.isReadonlyArrayNonEmpty(taken)) return Effect.succeed(taken)
    if (this.#end === undefined) return Effect.flatMap(this.filled, () => this.pull)
    return Exit.isFailure(this.#end) ? Effect.failCause(this.#end.cause) : Cause.done()
  })

  readonly filled = Effect.callback<void>((resume) => {
    if (this.ready()) return resume(Effect.void)
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

/** How the work of a feed ends. */
export interface FeedEnd<E, R> {
  /** What may end it before its time; the work is then interrupted, and the answer fails with what was told. */
  readonly ending?: Ending<E>
  /** To be done at the end, before the reader learns of it, with what he will be told. */
  readonly onEnd?: (exit: Exit.Exit<void, E>) => Effect.Effect<void, never, R>
}

/**
 * Starts the work that brings an answer, in a fiber of its own, at most a few events ahead of the reader. The work ends with the scope.
 *
 * @param bring pushes the events as they come; it ends, and fails, as the answer does
 */
export const startFeed = <E, R, R2 = never>(
  bring: (push: (events: Events) => Effect.Effect<void>) => Effect.Effect<void, E, R>,
  { ending, onEnd }: FeedEnd<E, R2> = {}
): Effect.Effect<Feed<E>, never, R | R2 | Scope.Scope> =>
  Effect.gen(function* () {
    const feed = new EventFeed<E>()
    const work = bring((events) => feed.push(events))
    let ended: Exit.Exit<never, E> | undefined
    const settled = Effect.onExit(work, (exit) => {
      const told = ended ?? exit
      const settle = Effect.sync(() => feed.settle(told))
      return onEnd === undefined ? settle : Effect.andThen(onEnd(told), settle)
    })
    const fiber = yield* Effect.forkScoped(settled, { startImmediately: true })
    if (ending === undefined) return feed
    const forget = ending((error) => {
      ended = Exit.fail(error)
      fiber.interruptUnsafe()
    })
    fiber.addObserver(forget)
    return feed
  })

/**
 * The first events of an answer, so that a failure before them can still become an HTTP status; none when `patience` is over before
 * they come. The work goes on undisturbed.
 */
export const firstEvents = <E>(
  feed: Feed<E>,
  patience: Duration.Input
): Effect.Effect<Events, Exclude<E, Cause.Done>, Scope.Scope> =>
  Effect.gen(function* () {
    if (!feed.ready()) {
      // Nobody waits for its end: what it wakes later finds nothing and waits on.
      yield* Effect.forkScoped(
        Effect.andThen(
          Effect.sleep(patience),
          Effect.sync(() => feed.wake())
        )
      )
      yield* feed.filled
    }
    const events = feed.take()
    return events.length > 0 || !feed.ready()
      ? events
      : yield* Pull.catchDone(feed.pull, () => Effect.succeed<Events>([]))
  })
