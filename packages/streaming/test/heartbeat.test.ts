import { assert, describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import { withHeartbeat } from "@pensieve/streaming"
import { Effect, Fiber, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"

const text = (value: string): GenerationEvent => ({ type: "text-delta", text: value })
const types = (events: ReadonlyArray<GenerationEvent>) => events.map((event) => event.type)

describe("withHeartbeat", () => {
  it.effect("beats while the stream is silent and loses nothing", () =>
    Effect.gen(function* () {
      const slow = Stream.concat(
        Stream.succeed(text("a")),
        Stream.fromEffect(Effect.as(Effect.sleep("25 seconds"), text("b")))
      )
      const fiber = yield* Effect.forkChild(Stream.runCollect(withHeartbeat("10 seconds")(slow)))
      for (let elapsed = 0; elapsed < 30; elapsed += 5) yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(types(yield* Fiber.join(fiber)), ["text-delta", "heartbeat", "heartbeat", "text-delta"])
    })
  )

  it.effect("adds nothing to a stream that never pauses", () =>
    Effect.gen(function* () {
      const events = yield* Stream.runCollect(withHeartbeat("10 seconds")(Stream.fromArray([text("a"), text("b")])))
      assert.deepStrictEqual(types(events), ["text-delta", "text-delta"])
    })
  )

  it.effect("passes a failure on", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Stream.runCollect(withHeartbeat("10 seconds")(Stream.fail("broken"))))
      assert.strictEqual(error, "broken")
    })
  )

  it.effect("ends the work when the consumer goes away in mid-wait", () =>
    Effect.gen(function* () {
      const ended = yield* Ref.make(false)
      const endless = Stream.fromEffect(Effect.onInterrupt(Effect.never, () => Ref.set(ended, true)))
      const fiber = yield* Effect.forkChild(Stream.runDrain(withHeartbeat("10 seconds")(endless)))
      yield* TestClock.adjust("15 seconds")
      yield* Fiber.interrupt(fiber)
      assert.isTrue(yield* Ref.get(ended))
    })
  )
})
