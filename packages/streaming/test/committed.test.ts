import { assert, describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import { committed } from "@pensieve/streaming"
import { Effect, Stream } from "effect"

const text = (value: string): GenerationEvent => ({ type: "text-delta", text: value })

describe("committed", () => {
  it.effect("fails with the error that comes before the first event", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Effect.flip(Effect.scoped(committed(Stream.fail("too long")))), "too long")
    })
  )

  it.effect("gives the whole stream, the first events included, and a later failure in its place", () =>
    Effect.gen(function* () {
      const seen: Array<GenerationEvent> = []
      const source = Stream.concat(Stream.fromArray([text("a"), text("b")]), Stream.fail("late"))
      const stream = yield* committed(source)
      const error = yield* Effect.flip(Stream.runForEach(stream, (event) => Effect.sync(() => seen.push(event))))
      assert.deepStrictEqual(seen, [text("a"), text("b")])
      assert.strictEqual(error, "late")
    })
  )

  it.effect("takes a stream without events", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Stream.runCollect(yield* committed(Stream.empty)), [])
    })
  )
})
