import { assert, describe, it } from "@effect/vitest"
import type { RequestClass } from "@pensieve/models"
import { Deferred, Effect, Exit, Fiber, Stream } from "effect"
import fc from "fast-check"
import type { Backend } from "../../src/backend.ts"
import { Member } from "../../src/pool/member.ts"
import { SlotDesk } from "../../src/pool/slot-desk.ts"

const backend: Backend["Service"] = {
  name: "none",
  model: "none",
  status: Effect.succeed({ status: "ready" }),
  capabilities: Effect.never,
  countTokens: () => Effect.never,
  generate: () => Stream.never
}

const member = (name: string, slots: number) => new Member({ name, backend, slots })
const desk = (queue = 100) => new SlotDesk({ queue, now: () => 0 })
const wish = { preferred: undefined, tieBreaker: "k" }

/** Holds a slot until it is let go. */
const work = (at: SlotDesk, members: ReadonlyArray<Member>, requestClass: RequestClass = "main") =>
  Effect.gen(function* () {
    const started = yield* Deferred.make<string>()
    const let_go = yield* Deferred.make<void>()
    const held = Effect.scoped(
      Effect.gen(function* () {
        const slot = yield* at.slot
        const { name } = yield* slot.take({ members, requestClass, wish })
        yield* Deferred.succeed(started, name)
        yield* Deferred.await(let_go)
      })
    )
    const fiber = yield* Effect.forkChild(held, { startImmediately: true })
    const holds = Effect.map(Deferred.poll(started), (polled) => polled._tag === "Some")
    const finish = Effect.andThen(Deferred.succeed(let_go, undefined), Fiber.join(fiber))
    return { fiber, holds, finish, place: Deferred.await(started) }
  })

const load = (one: Member) => one.state(0).load

describe("the slots", () => {
  it.effect("of a backend are never more than it has; the next goes on when one ends", () =>
    Effect.gen(function* () {
      const a = member("a", 1)
      const at = desk()
      const first = yield* work(at, [a])
      const second = yield* work(at, [a])
      assert.deepStrictEqual([yield* first.holds, yield* second.holds, load(a)], [true, false, 1])
      yield* first.finish
      assert.strictEqual(yield* second.place, "a")
      yield* second.finish
      assert.strictEqual(load(a), 0)
    })
  )

  it.effect("go first to what a person waits for", () =>
    Effect.gen(function* () {
      const a = member("a", 1)
      const at = desk()
      const first = yield* work(at, [a])
      const title = yield* work(at, [a], "title")
      const main = yield* work(at, [a], "main")
      yield* first.finish
      yield* main.place
      assert.isFalse(yield* title.holds)
      yield* main.finish
      yield* title.place
      yield* title.finish
    })
  )

  it.effect("of any replica will do", () =>
    Effect.gen(function* () {
      const [a, b] = [member("a", 1), member("b", 1)]
      const at = desk()
      const [one, two, three] = [yield* work(at, [a, b]), yield* work(at, [a, b]), yield* work(at, [a, b])]
      const places = [yield* one.place, yield* two.place]
      assert.sameMembers(places, ["a", "b"])
      yield* two.finish
      assert.strictEqual(yield* three.place, places[1])
      yield* one.finish
      yield* three.finish
    })
  )

  it.effect("are refused to whoever finds the line full, with a time to come again", () =>
    Effect.gen(function* () {
      const a = member("a", 1)
      const at = desk(1)
      const first = yield* work(at, [a])
      const second = yield* work(at, [a])
      const third = yield* work(at, [a])
      const exit = yield* Fiber.await(third.fiber)
      assert.match(JSON.stringify(exit), /Overloaded/)
      assert.match(JSON.stringify(exit), /"retryAfterSeconds":20/)
      yield* Fiber.interrupt(second.fiber)
      assert.strictEqual(at.waiting, 0)
      yield* first.finish
    })
  )

  it.effect("are all given back, whoever goes away and when", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ end: fc.nat(20), interrupted: fc.boolean() }), { minLength: 1, maxLength: 12 }),
          (plans) =>
            Effect.runPromise(
              Effect.gen(function* () {
                const members = [member("a", 2), member("b", 1)]
                const at = desk()
                const works = yield* Effect.forEach(plans, () => work(at, members))
                for (let round = 0; round <= 20; round++)
                  for (const [index, { end, interrupted }] of plans.entries()) {
                    const own = works[index]
                    if (end !== round || own === undefined) continue
                    if (interrupted || !(yield* own.holds)) yield* Fiber.interrupt(own.fiber)
                    else yield* own.finish
                    for (const one of members) assert.isAtMost(load(one), one.state(0).slots)
                  }
                assert.deepStrictEqual([...members.map(load), at.waiting], [0, 0, 0])
                const exits = yield* Effect.forEach(works, ({ fiber }) => Fiber.await(fiber))
                assert.isTrue(exits.every((exit) => Exit.isSuccess(exit) || Exit.hasInterrupts(exit)))
              })
            )
        ),
        { numRuns: 50 }
      )
    )
  )
})
