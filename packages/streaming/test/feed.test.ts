import { assert, describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import { firstEvents, startFeed } from "@pensieve/streaming"
import { Effect, Exit, Fiber, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"

const text = (value: string): GenerationEvent => ({ type: "text-delta", text: value })

/** The feed of a stream. */
const feedOf = <E, R>(events: Stream.Stream<GenerationEvent, E, R>) =>
  startFeed<E, R>((push) => Stream.runForEachArray(events, push))

describe("firstEvents", () => {
  it.effect("fails with the error that comes before the first event", () =>
    Effect.gen(function* () {
      const feed = yield* feedOf(Stream.fail("too long"))
      assert.strictEqual(yield* Effect.flip(firstEvents(feed, "1 second")), "too long")
    })
  )

  it.effect("gives the first events, and leaves a later failure in the feed", () =>
    Effect.gen(function* () {
      const feed = yield* feedOf(Stream.concat(Stream.fromArray([text("a"), text("b")]), Stream.fail("late")))
      assert.deepStrictEqual(yield* firstEvents(feed, "1 second"), [text("a"), text("b")])
      assert.strictEqual(yield* Effect.flip(feed.pull), "late")
    })
  )

  it.effect("gives nothing of a stream without events", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* firstEvents(yield* feedOf(Stream.empty), "1 second"), [])
    })
  )

  it.effect("waits no longer than its patience, and then nothing is lost", () =>
    Effect.gen(function* () {
      const feed = yield* feedOf(Stream.fromEffect(Effect.delay(Effect.succeed(text("late")), "5 seconds")))
      const waiting = yield* Effect.forkChild(firstEvents(feed, "1 second"))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(waiting), [])
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(yield* feed.pull, [text("late")])
    })
  )
})

describe("startFeed", () => {
  it.effect("is only a few events ahead of its reader", () =>
    Effect.gen(function* () {
      let pulled = 0
      const endless = Stream.forever(Stream.sync((): GenerationEvent => text(String(pulled++))))
      const feed = yield* feedOf(endless)
      yield* TestClock.adjust("1 minute")
      assert.isBelow(pulled, 40)
      yield* feed.pull
      yield* TestClock.adjust("1 minute")
      assert.isBelow(pulled, 80)
    })
  )

  it.effect("ends the work with its scope", () =>
    Effect.gen(function* () {
      const ended = yield* Ref.make(false)
      const endless = Stream.fromEffect(Effect.onInterrupt(Effect.never, () => Ref.set(ended, true)))
      yield* Effect.scoped(Effect.andThen(feedOf(endless), TestClock.adjust("1 second")))
      assert.isTrue(yield* Ref.get(ended))
    })
  )

  it.effect("fails with what ends it from outside, behind what was brought, and interrupts the work", () =>
    Effect.gen(function* () {
      const ended = yield* Ref.make(false)
      let end: (error: string) => void = () => assert.fail("nobody listens")
      let forgotten = 0
      const exits: Array<unknown> = []
      const work = Stream.concat(
        Stream.succeed(text("a")),
        Stream.fromEffect(Effect.onInterrupt(Effect.never, () => Ref.set(ended, true)))
      )
      const feed = yield* startFeed<string, never>((push) => Stream.runForEachArray(work, push), {
        ending: (tell) => {
          end = tell
          return () => forgotten++
        },
        onEnd: (exit) => Effect.sync(() => exits.push(exit))
      })
      end("stopped")
      assert.deepStrictEqual(yield* feed.pull, [text("a")])
      assert.strictEqual(yield* Effect.flip(feed.pull), "stopped")
      assert.isTrue(yield* Ref.get(ended))
      assert.deepStrictEqual(exits, [Exit.fail("stopped")])
      assert.strictEqual(forgotten, 1)
    })
  )

  it.effect("forgets what may end it once it has ended by itself", () =>
    Effect.gen(function* () {
      let forgotten = 0
      yield* startFeed<string, never>((push) => push([text("a")]), { ending: () => () => forgotten++ })
      yield* TestClock.adjust(0)
      assert.strictEqual(forgotten, 1)
    })
  )
})
