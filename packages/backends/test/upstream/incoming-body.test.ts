import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber } from "effect"
import { IncomingBody } from "../../src/upstream/incoming-body.ts"

const bytes = (length: number) => new Uint8Array(length)
const flowOf = () => {
  const told: Array<string> = []
  return { told, pause: () => told.push("pause"), resume: () => told.push("resume") }
}
const sizes = (chunks: ReadonlyArray<Uint8Array>) => chunks.map(({ length }) => length)

describe("a body between a connection and its reader", () => {
  it.effect("gives all that waits at once", () =>
    Effect.gen(function* () {
      const body = new IncomingBody<string>()
      const flow = flowOf()
      body.push(bytes(1), flow)
      body.push(bytes(2), flow)
      assert.deepStrictEqual(sizes(yield* body.pull), [1, 2])
      assert.deepStrictEqual(flow.told, [])
    })
  )

  it.effect("stops the connection when much waits, and lets it go on when that is read", () =>
    Effect.gen(function* () {
      const body = new IncomingBody<string>()
      const flow = flowOf()
      body.push(bytes(60_000), flow)
      body.push(bytes(60_000), flow)
      assert.deepStrictEqual(flow.told, ["pause"])
      yield* body.pull
      assert.deepStrictEqual(flow.told, ["pause", "resume"])
    })
  )

  it.effect("may be filled again by the connection that it lets go on", () =>
    Effect.gen(function* () {
      const body = new IncomingBody<string>()
      let more = 3
      const flow = {
        pause: () => undefined,
        resume: () => {
          if (more-- > 0) body.push(bytes(70_000), flow)
          else body.end()
        }
      }
      body.push(bytes(70_000), flow)
      for (let round = 0; round < 4; round++) assert.deepStrictEqual(sizes(yield* body.pull), [70_000])
      const exit = yield* Effect.exit(body.pull)
      assert.isTrue(Exit.isFailure(exit) && Cause.isDone(Cause.squash(exit.cause)))
    })
  )

  it.effect("wakes the reader who waits", () =>
    Effect.gen(function* () {
      const body = new IncomingBody<string>()
      const fiber = yield* Effect.forkChild(body.pull, { startImmediately: true })
      body.push(bytes(5), flowOf())
      assert.deepStrictEqual(sizes(yield* Fiber.join(fiber)), [5])
    })
  )

  it.effect("gives what came before it broke, then the error", () =>
    Effect.gen(function* () {
      const body = new IncomingBody<string>()
      body.push(bytes(5), flowOf())
      body.fail("broken")
      assert.deepStrictEqual(sizes(yield* body.pull), [5])
      assert.strictEqual(yield* Effect.flip(body.pull), "broken")
    })
  )

  it("that nobody reads on keeps nothing", () => {
    const body = new IncomingBody<string>()
    const flow = flowOf()
    body.push(bytes(70_000), flow)
    body.discard()
    body.push(bytes(70_000), flow)
    assert.deepStrictEqual(flow.told, ["pause", "resume"])
    body.end()
    assert.isTrue(body.settled)
  })
})

describe("a body that comes in quick succession", () => {
  afterEach(() => void vi.useRealTimers())

  /** A body of which one byte was taken just now, and a reader who waits for more. */
  const justRead = Effect.gen(function* () {
    vi.useFakeTimers()
    const body = new IncomingBody<string>()
    body.push(bytes(1), flowOf())
    assert.deepStrictEqual(sizes(yield* body.pull), [1])
    const reader = yield* Effect.forkChild(body.pull, { startImmediately: true })
    return { body, reader }
  })

  it.effect("is gathered for a frame of a screen", () =>
    Effect.gen(function* () {
      const { body, reader } = yield* justRead
      for (const size of [2, 3, 4]) {
        body.push(bytes(size), flowOf())
        vi.advanceTimersByTime(5)
      }
      assert.isUndefined(reader.pollUnsafe())
      vi.advanceTimersByTime(1)
      assert.deepStrictEqual(sizes(yield* Fiber.join(reader)), [2, 3, 4])
    })
  )

  it.effect("goes on at once behind a silence", () =>
    Effect.gen(function* () {
      const { body, reader } = yield* justRead
      vi.advanceTimersByTime(16)
      body.push(bytes(2), flowOf())
      assert.strictEqual(vi.getTimerCount(), 0)
      assert.deepStrictEqual(sizes(yield* Fiber.join(reader)), [2])
    })
  )

  it.effect("goes on at once when much of it waits", () =>
    Effect.gen(function* () {
      const { body, reader } = yield* justRead
      body.push(bytes(2), flowOf())
      body.push(bytes(70_000), flowOf())
      assert.deepStrictEqual(sizes(yield* Fiber.join(reader)), [2, 70_000])
      assert.strictEqual(vi.getTimerCount(), 0)
    })
  )

  it.effect("goes on at once when it ends", () =>
    Effect.gen(function* () {
      const { body, reader } = yield* justRead
      body.push(bytes(2), flowOf())
      body.end()
      assert.deepStrictEqual(sizes(yield* Fiber.join(reader)), [2])
      assert.isTrue(Exit.isFailure(yield* Effect.exit(body.pull)))
    })
  )

  it.effect("leaves no timer behind a reader who goes away", () =>
    Effect.gen(function* () {
      const { body, reader } = yield* justRead
      body.push(bytes(2), flowOf())
      assert.strictEqual(vi.getTimerCount(), 1)
      yield* Fiber.interrupt(reader)
      assert.strictEqual(vi.getTimerCount(), 0)
    })
  )
})
