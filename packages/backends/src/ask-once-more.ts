import type { BackendError } from "@pensieve/errors"
import type { GenerationEvent } from "@pensieve/models"
import { Stream } from "effect"
import type { Shortfall } from "./call-gate.ts"

type Answer = Stream.Stream<GenerationEvent, BackendError>
type Events = ReadonlyArray<GenerationEvent>

/** One answer that is read, as far as another one may take its place. */
export interface ReadAnswer {
  /** The last event has been given. */
  readonly over: boolean
  /** Tokens generated, those of an answer before included. */
  readonly tokens: number
  /**
   * Ends an answer that fell short: with the better calls in the place of the one that was refused, or, without any, with
   * what it was.
   */
  readonly settle: (better: Events, tokens: number) => Events
}

/**
 * The end of an answer that fell short, from the events of a second one: of an empty answer it is the second one as it comes, of a
 * call that cannot be run only better calls. If the second answer fails too, the first is what it was.
 */
export const askOnceMore = (first: ReadAnswer, shortfall: Shortfall, second: ReadAnswer, answer: Answer): Answer => {
  const events = Stream.catch(answer, () => Stream.empty)
  if (shortfall.type === "empty")
    return Stream.concat(
      events,
      Stream.suspend(() => Stream.fromIterable(second.over ? [] : first.settle([], second.tokens)))
    )
  const better: Array<GenerationEvent> = []
  return Stream.concat(
    Stream.filter(events, (event) => {
      if (event.type === "tool-call") better.push(event)
      return event.type === "heartbeat"
    }),
    Stream.suspend(() => Stream.fromIterable(first.settle(better, second.tokens)))
  )
}
