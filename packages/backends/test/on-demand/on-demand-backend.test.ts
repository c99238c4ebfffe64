import { assert, describe, it } from "@effect/vitest"
import { Backend, makeModelRoom, type ModelRoom, onDemandBackend } from "@pensieve/backends"
import { Deferred, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { conversation } from "../conversation.ts"

/** What happened, in order. */
type Events = Array<string>

/** A model that says one word as soon as it may. */
const model = (name: string, events: Events, mayAnswer: Effect.Effect<void>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      events.push(`${name} loads`)
      return Backend.of({
        name,
        model: name,
        status: Effect.succeed({ status: "ready" }),
        capabilities: Effect.succeed({
          modelName: name,
          window: 4096,
          toolForm: "native",
          reasoning: false,
          images: false,
          reportsCache: true,
          family: "hermes"
        }),
        countTokens: () => Effect.succeed(7),
        numbers: Effect.succeed({ weightBytes: 1 }),
        generate: () =>
          Stream.fromEffect(
            Effect.andThen(
              mayAnswer,
              Effect.sync(() => {
                events.push(`${name} answers`)
                return { type: "text-delta", text: name } as const
              })
            )
          )
      })
    }),
    () => Effect.sync(() => events.push(`${name} goes`))
  )

interface Choices {
  readonly eager?: boolean
  readonly patience?: number
  readonly room?: ModelRoom
  readonly short?: () => boolean
  readonly mayAnswer?: Effect.Effect<void>
}

/** One of 10 bytes that is looked at every minute, and waits 3 of them for a request; 1 where memory is short. */
const sleeping = (
  name: string,
  events: Events,
  { eager = false, patience = 3, room = makeModelRoom(100), short = () => false, mayAnswer = Effect.void }: Choices = {}
) =>
  onDemandBackend({
    name,
    model: name,
    make: model(name, events, mayAnswer),
    room,
    bytes: 10,
    eager,
    lookEvery: "1 minute",
    patience,
    patienceWhenShort: 1,
    memoryIsShort: Effect.sync(short)
  })

const ask = (backend: Backend["Service"]) => Stream.runDrain(backend.generate(conversation()))
const statusOf = (backend: Backend["Service"]) => Effect.map(backend.status, ({ status }) => status)

describe("a model that is loaded on demand", () => {
  it.effect("sleeps until the first request, which waits for it", () =>
    Effect.gen(function* () {
      const events: Events = []
      const backend = yield* sleeping("a", events)
      assert.strictEqual(yield* statusOf(backend), "asleep")
      assert.deepStrictEqual(yield* backend.numbers ?? Effect.succeed({}), {})
      yield* ask(backend)
      assert.deepStrictEqual(events, ["a loads", "a answers"])
      assert.strictEqual(yield* statusOf(backend), "ready")
    })
  )

  it.effect("is loaded once for several first requests", () =>
    Effect.gen(function* () {
      const events: Events = []
      const backend = yield* sleeping("a", events)
      yield* Effect.all([ask(backend), ask(backend), backend.countTokens(conversation())], { concurrency: 3 })
      assert.deepStrictEqual(events, ["a loads", "a answers", "a answers"])
    })
  )

  it.effect("is loaded at once where it is the one that answers", () =>
    Effect.gen(function* () {
      const events: Events = []
      const backend = yield* sleeping("a", events, { eager: true })
      assert.strictEqual(yield* statusOf(backend), "starting")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(backend), "ready")
      assert.deepStrictEqual(events, ["a loads"])
    })
  )

  it.effect("goes when nobody has asked for long, and is loaded again by the next who does", () =>
    Effect.gen(function* () {
      const events: Events = []
      const backend = yield* sleeping("a", events)
      yield* ask(backend)
      yield* TestClock.adjust("2 minutes")
      yield* ask(backend)
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* statusOf(backend), "ready")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* statusOf(backend), "asleep")
      yield* ask(backend)
      assert.deepStrictEqual(events, ["a loads", "a answers", "a answers", "a goes", "a loads", "a answers"])
    })
  )

  it.effect("stays where the user wants it kept", () =>
    Effect.gen(function* () {
      const backend = yield* sleeping("a", [], { patience: Number.POSITIVE_INFINITY, eager: true })
      yield* TestClock.adjust("1 day")
      assert.strictEqual(yield* statusOf(backend), "ready")
    })
  )

  it.effect("goes sooner when memory is short", () =>
    Effect.gen(function* () {
      let short = false
      const backend = yield* sleeping("a", [], { short: () => short, eager: true })
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* statusOf(backend), "ready")
      short = true
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* statusOf(backend), "asleep")
    })
  )

  it.effect("is not kept awake by whoever only looks at it, and what it can do stays known", () =>
    Effect.gen(function* () {
      const backend = yield* sleeping("a", [], { eager: true })
      for (let minute = 0; minute < 3; minute++) {
        yield* TestClock.adjust("1 minute")
        yield* backend.capabilities
      }
      assert.strictEqual(yield* statusOf(backend), "asleep")
      assert.strictEqual((yield* backend.capabilities).window, 4096)
      assert.strictEqual(yield* statusOf(backend), "asleep")
    })
  )

  it.effect("never goes in the middle of an answer, however long that takes", () =>
    Effect.gen(function* () {
      const events: Events = []
      const may = yield* Deferred.make<void>()
      const backend = yield* sleeping("a", events, { mayAnswer: Deferred.await(may), short: () => true })
      const asked = yield* Effect.forkChild(ask(backend), { startImmediately: true })
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(events, ["a loads"])
      yield* Deferred.succeed(may, undefined)
      yield* Fiber.join(asked)
      assert.deepStrictEqual(events, ["a loads", "a answers"])
    })
  )

  it.effect("goes on being loaded when the one who asked goes away", () =>
    Effect.gen(function* () {
      const events: Events = []
      const backend = yield* sleeping("a", events, { mayAnswer: Effect.never })
      const asked = yield* Effect.forkChild(ask(backend), { startImmediately: true })
      yield* Fiber.interrupt(asked)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(backend), "ready")
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(yield* statusOf(backend), "asleep")
    })
  )
})

describe("models that do not fit together", () => {
  it.effect("take turns: the one that was not used for longest goes", () =>
    Effect.gen(function* () {
      const events: Events = []
      const room = makeModelRoom(25)
      const [a, b, c] = yield* Effect.all(["a", "b", "c"].map((name) => sleeping(name, events, { room })))
      if (a === undefined || b === undefined || c === undefined) return assert.fail()
      for (const one of [a, b, a, c]) yield* ask(one)
      assert.deepStrictEqual(
        events.filter((event) => !event.endsWith("answers")),
        ["a loads", "b loads", "b goes", "c loads"]
      )
    })
  )

  it.effect("let each other finish what they answer, and nobody waits for ever", () =>
    Effect.gen(function* () {
      const events: Events = []
      const room = makeModelRoom(10)
      const may = yield* Deferred.make<void>()
      const a = yield* sleeping("a", events, { room, mayAnswer: Deferred.await(may) })
      const b = yield* sleeping("b", events, { room })
      const first = yield* Effect.forkChild(ask(a), { startImmediately: true })
      const other = yield* Effect.forkChild(ask(b), { startImmediately: true })
      const late = yield* Effect.forkChild(ask(a), { startImmediately: true })
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(events, ["a loads"])
      yield* Deferred.succeed(may, undefined)
      yield* Effect.forEach([first, other, late], Fiber.join)
      assert.deepStrictEqual(events, [
        "a loads",
        "a answers",
        "a goes",
        "b loads",
        "b answers",
        "b goes",
        "a loads",
        "a answers"
      ])
    })
  )

  it.effect("that are too large for the room alone are loaded all the same", () =>
    Effect.gen(function* () {
      const events: Events = []
      yield* ask(yield* sleeping("a", events, { room: makeModelRoom(1) }))
      assert.include(events, "a answers")
    })
  )

  it.effect("leave their room when they end for good", () =>
    Effect.gen(function* () {
      const events: Events = []
      const room = makeModelRoom(10)
      yield* Effect.scoped(Effect.flatMap(sleeping("a", events, { room }), ask))
      yield* ask(yield* sleeping("b", events, { room }))
      assert.deepStrictEqual(events, ["a loads", "a answers", "a goes", "b loads", "b answers"])
    })
  )
})
