import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import fc from "fast-check"
import { readBatches } from "../../src/mlx/read-batches.ts"

/** Repeats a number as often as it says; a negative one is a failure. */
const repeat = (value: number): Result.Result<ReadonlyArray<number>, string> =>
  value < 0 ? Result.fail(`bad ${value}`) : Result.succeed(Array.from({ length: value }, () => value))

/** What was read, and how it ended. */
const readAll = (stream: Stream.Stream<number, string>) => {
  const seen: Array<number> = []
  return Effect.map(
    Effect.result(Stream.runForEach(stream, (value) => Effect.sync(() => seen.push(value)))),
    (result) => ({ seen, failure: Result.isFailure(result) ? result.failure : undefined })
  )
}

describe("readBatches", () => {
  it.effect("reads in any batching what a step for each item reads, and fails behind it", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 1, maxLength: 4 })),
          async (batches) => {
            const items = Stream.flatMap(Stream.fromArray(batches), (batch) => Stream.fromArray(batch))
            const oneByOne = Stream.flattenIterable(Stream.mapEffect(items, (item) => Effect.fromResult(repeat(item))))
            const [expected, found] = await Effect.runPromise(
              Effect.all([readAll(oneByOne), readAll(readBatches(items, repeat))])
            )
            assert.deepStrictEqual(found, expected)
          }
        )
      )
    )
  )

  it.effect("reads nothing behind the item after which it is over", () =>
    Effect.gen(function* () {
      let read = 0
      const items = Stream.fromArray([1, 1, 2, 1])
      const found = yield* readAll(
        readBatches(
          items,
          (item) => {
            read += item
            return repeat(item)
          },
          () => read >= 2
        )
      )
      assert.deepStrictEqual(found, { seen: [1, 1], failure: undefined })
      assert.strictEqual(read, 2)
    })
  )
})
