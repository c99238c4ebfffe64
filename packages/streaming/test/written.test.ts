import { assert, describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import { type EventWriter, firstEvents, startFeed, type TextPull, written } from "@pensieve/streaming"
import { Array as Arr, Effect, Fiber, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"

const text = (value: string): GenerationEvent => ({ type: "text-delta", text: value })
const prefill: GenerationEvent = { type: "prefill", done: 1, total: 2 }

/** Writes text and heartbeats; says nothing about the rest, as the dialects do. */
const writer: EventWriter = {
  write: (event) =>
    event.type === "text-delta" ? event.text : event.type === "heartbeat" ? `[${event.silentMs}]` : "",
  end: () => "."
}

/** The feed of a stream. */
const feedOf = <E, R>(events: Stream.Stream<GenerationEvent, E, R>) =>
  startFeed<E, R>((push) => Stream.runForEachArray(events, push))

const streamOf = (texts: TextPull) => Stream.fromPull(Effect.succeed(Effect.map(texts, Arr.of)))

const answer = <E>(events: Stream.Stream<GenerationEvent, E>) =>
  Effect.gen(function* () {
    const feed = yield* feedOf(events)
    const first = yield* firstEvents(feed, "1 second")
    const failed = () => Effect.succeed<GenerationEvent>(text("!"))
    return streamOf(yield* written({ feed, first, writer, pingEvery: "10 seconds", failed }))
  })

/** The texts of an answer, with time passing second by second. */
const textsOf = <E>(events: Stream.Stream<GenerationEvent, E>, seconds: number) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Stream.runCollect(Stream.unwrap(answer(events))))
    yield* TestClock.adjust(0)
    for (let elapsed = 0; elapsed < seconds; elapsed++) yield* TestClock.adjust("1 second")
    return yield* Fiber.join(fiber)
  })

const after = (seconds: number, event: GenerationEvent) =>
  Stream.fromEffect(Effect.delay(Effect.succeed(event), `${seconds} seconds`))

describe("written", () => {
  it.effect("adds nothing to an answer that never pauses", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* textsOf(Stream.fromArray([text("a"), text("b")]), 1)).join(""), "ab.")
    })
  )

  it.effect("says in one piece what came at once", () =>
    Effect.gen(function* () {
      const told: Array<GenerationEvent> = []
      const listing: EventWriter = {
        write: (event) => {
          told.push(event)
          return "-"
        },
        end: () => ""
      }
      const events: ReadonlyArray<GenerationEvent> = [
        { type: "reasoning-delta", text: "a" },
        { type: "reasoning-delta", text: "b" },
        text("c"),
        text("d"),
        prefill,
        text("e"),
        { type: "tool-call-start", id: "1", name: "run" },
        { type: "tool-call-delta", json: "{" },
        { type: "tool-call-delta", json: "}" },
        { type: "tool-call-end" }
      ]
      const feed = yield* feedOf(Stream.fromArray(events))
      const first = yield* firstEvents(feed, "1 second")
      const failed = () => Effect.succeed<GenerationEvent>(text("!"))
      yield* Stream.runDrain(
        streamOf(yield* written({ feed, first, writer: listing, pingEvery: "10 seconds", failed }))
      )
      assert.deepStrictEqual(told, [
        { type: "reasoning-delta", text: "ab" },
        text("cd"),
        prefill,
        text("e"),
        { type: "tool-call-start", id: "1", name: "run" },
        { type: "tool-call-delta", json: "{}" },
        { type: "tool-call-end" }
      ])
    })
  )

  it.effect("says something at once when the first events have no text, since headers leave with it", () =>
    Effect.gen(function* () {
      const events = Stream.concat(Stream.succeed(prefill), after(5, text("a")))
      assert.deepStrictEqual(yield* textsOf(events, 6), ["[0]", "a", "."])
    })
  )

  it.effect("beats while the backend is silent, and tells how long", () =>
    Effect.gen(function* () {
      const events = Stream.concat(Stream.succeed(text("a")), after(25, text("b")))
      assert.deepStrictEqual(yield* textsOf(events, 26), ["a", "[10000]", "[20000]", "b", "."])
    })
  )

  it.effect("beats while the backend speaks only of what clients are not told", () =>
    Effect.gen(function* () {
      const silent = Stream.flatMap(Stream.range(1, 25), () => after(1, prefill))
      const events = Stream.concat(Stream.succeed(text("a")), silent)
      assert.deepStrictEqual(yield* textsOf(events, 27), ["a", "[10000]", "[20000]", "."])
    })
  )

  it.effect("counts the silence anew from each word", () =>
    Effect.gen(function* () {
      const events = Stream.concat(Stream.succeed(text("a")), Stream.concat(after(8, text("b")), after(8, text("c"))))
      assert.deepStrictEqual(yield* textsOf(events, 17), ["a", "b", "c", "."])
    })
  )

  it.effect("tells a failure in its place, and then ends", () =>
    Effect.gen(function* () {
      const events = Stream.concat(Stream.succeed(text("a")), Stream.fail("broken"))
      assert.strictEqual((yield* textsOf(events, 1)).join(""), "a!.")
    })
  )

  it.effect("ends the work when the reader goes away in mid-wait", () =>
    Effect.gen(function* () {
      const ended = yield* Ref.make(false)
      const endless = Stream.fromEffect(Effect.onInterrupt(Effect.never, () => Ref.set(ended, true)))
      const fiber = yield* Effect.forkChild(Effect.scoped(Effect.flatMap(answer(endless), Stream.runDrain)))
      yield* TestClock.adjust("25 seconds")
      yield* Fiber.interrupt(fiber)
      assert.isTrue(yield* Ref.get(ended))
    })
  )

  it.effect("heaps up no heartbeats for a reader that takes nothing", () =>
    Effect.gen(function* () {
      const texts: Array<string> = []
      const slow = Stream.tap(Stream.unwrap(answer(Stream.never)), (value) =>
        Effect.delay(
          Effect.sync(() => texts.push(value)),
          "5 minutes"
        )
      )
      yield* Effect.forkChild(Stream.runDrain(slow))
      for (let minutes = 0; minutes < 12; minutes++) yield* TestClock.adjust("1 minute")
      assert.strictEqual(texts.length, 2)
    })
  )
})
