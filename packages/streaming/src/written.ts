import type { GenerationEvent } from "@pensieve/models"
import { Cause, Clock, Duration, Effect, Pull, type Scope } from "effect"
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

/** The next text of an answer, until it ends. */
export type TextPull = Pull.Pull<string>

/**
 * An answer as texts, never silent: when nothing was written for `pingEvery`, however much the backend said meanwhile, a heartbeat
 * is. The first text comes at once, since headers leave with it.
 *
 * A reader that takes nothing gets no heartbeats either; what waits for it is bounded by the feed.
 */
export const written = <E>(options: WrittenOptions<E>): Effect.Effect<TextPull, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { feed, first, writer } = options
    const clock = yield* Clock.Clock
    const pulse = makePulse(writer, clock, Duration.toMillis(Duration.fromInputUnsafe(options.pingEvery)))
    const scope = yield* Effect.scope
    let opening = pulse.write(first) || pulse.write([pulse.heartbeat()])
    let beats = false
    let over = false

    const said = (text: string): TextPull => (text === "" ? next : Effect.succeed(text))
    const end = (): TextPull => {
      over = true
      return said(writer.end())
    }
    const fail = (cause: Cause.Cause<E>): TextPull =>
      Effect.flatMap(options.failed(cause), (event) => {
        over = true
        return said(pulse.write([event]) + writer.end())
      })
    const next: TextPull = Effect.suspend(() => {
      if (opening !== "") {
        const text = opening
        opening = ""
        return Effect.succeed(text)
      }
      if (!beats) {
        beats = true
        return Effect.andThen(Effect.forkIn(pulse.beating(feed), scope), next)
      }
      return over
        ? Cause.done()
        : Pull.matchEffect(feed.pull, { onSuccess: (batch) => said(pulse.write(batch)), onFailure: fail, onDone: end })
    })
    return next
  })

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
