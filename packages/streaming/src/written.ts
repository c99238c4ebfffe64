import type { GenerationEvent } from "@pensieve/models"
import { Cause, Clock, Duration, Effect, Pull, Scope, Stream } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"
import type { Feed } from "./feed.ts"

/** Writes one answer. Feed it every event in order, then end it; it holds the state in between. */
export interface EventWriter {
  readonly write: (event: GenerationEvent) => string
  readonly end: () => string
}

/** What an answer is written from and how. */
export interface WrittenOptions<E> {
  readonly feed: Feed<E>
  /** What was taken out of the feed already. */
  readonly first: ReadonlyArray<GenerationEvent>
  readonly writer: EventWriter
  /** Longest time without a byte. */
  readonly pingEvery: Duration.Input
  /** How a failure is told inside the answer. */
  readonly failed: (cause: Cause.Cause<E>) => Effect.Effect<GenerationEvent>
}

/**
 * An answer as text that is never silent: when nothing was written for `pingEvery`, however much the backend said meanwhile, a heartbeat
 * is. The first text comes at once, since headers leave with it.
 *
 * A reader that takes nothing gets no heartbeats either; what waits for it is bounded by the feed.
 */
export const written = <E>(options: WrittenOptions<E>): Stream.Stream<string> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { feed, first, writer } = options
      const clock = yield* Clock.Clock
      const pulse = makePulse(writer, clock, Duration.toMillis(Duration.fromInputUnsafe(options.pingEvery)))
      yield* Effect.forkIn(pulse.beating(feed), yield* Scope.Scope)
      const opening = pulse.write(first) || pulse.write([pulse.heartbeat()])
      let over = false

      const texts = (text: string): Texts => (text === "" ? rest : Effect.succeed([text]))
      const end = (): Texts => {
        over = true
        return texts(writer.end())
      }
      const fail = (cause: Cause.Cause<E>): Texts =>
        Effect.flatMap(options.failed(cause), (event) => {
          over = true
          return texts(pulse.write([event]) + writer.end())
        })
      const rest: Texts = Effect.suspend(() =>
        over
          ? Cause.done()
          : Pull.matchEffect(feed.pull, {
              onSuccess: (batch) => texts(pulse.write(batch)),
              onFailure: fail,
              onDone: end
            })
      )
      return Stream.concat(Stream.succeed(opening), Stream.fromPull(Effect.succeed(rest)))
    })
  )

/** What came at once is said at once: pieces of one text that follow each other become one. */
const joined = (batch: ReadonlyArray<GenerationEvent>): ReadonlyArray<GenerationEvent> => {
  const whole: Array<GenerationEvent> = []
  for (const event of batch) {
    const last = whole.at(-1)
    const both = last === undefined ? undefined : inOne(last, event)
    if (both === undefined) whole.push(event)
    else whole[whole.length - 1] = both
  }
  return whole
}

const inOne = (before: GenerationEvent, event: GenerationEvent): GenerationEvent | undefined => {
  if (before.type === "text-delta" && event.type === "text-delta")
    return { type: "text-delta", text: before.text + event.text }
  if (before.type === "reasoning-delta" && event.type === "reasoning-delta")
    return { type: "reasoning-delta", text: before.text + event.text }
  if (before.type === "tool-call-delta" && event.type === "tool-call-delta")
    return { type: "tool-call-delta", json: before.json + event.json }
  return undefined
}

/** The next texts of an answer. */
type Texts = Pull.Pull<NonEmptyReadonlyArray<string>>

/** Writes events and knows since when nothing was written, and since when nothing but heartbeats. */
const makePulse = (writer: EventWriter, clock: Clock.Clock, every: number) => {
  let lastText = clock.currentTimeMillisUnsafe()
  let lastWord = lastText
  const write = (batch: ReadonlyArray<GenerationEvent>): string => {
    let text = ""
    for (const event of joined(batch)) {
      const written = writer.write(event)
      if (written === "") continue
      text += written
      lastText = clock.currentTimeMillisUnsafe()
      if (event.type !== "heartbeat") lastWord = lastText
    }
    return text
  }
  const heartbeat = (): GenerationEvent => ({
    type: "heartbeat",
    silentMs: clock.currentTimeMillisUnsafe() - lastWord
  })
  const beating = <E>(feed: Feed<E>): Effect.Effect<never> =>
    Effect.gen(function* () {
      const wait = lastText + every - clock.currentTimeMillisUnsafe()
      if (wait > 0) return yield* Effect.sleep(wait)
      feed.beat(heartbeat())
      lastText = clock.currentTimeMillisUnsafe()
    }).pipe(Effect.forever)
  return { write, heartbeat, beating }
}
