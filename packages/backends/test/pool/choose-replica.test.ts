import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { chooseReplica, type ReplicaState } from "../../src/pool/choose-replica.ts"

const replica = (name: string, more: Partial<ReplicaState> = {}): ReplicaState => ({
  name,
  usable: true,
  load: 0,
  slots: Number.POSITIVE_INFINITY,
  weight: 1,
  ...more
})

const choose = (replicas: ReadonlyArray<ReplicaState>, preferred?: string, tieBreaker = "key") =>
  chooseReplica(replicas, { preferred, tieBreaker })?.name

describe("of several replicas", () => {
  it("the one that holds the prefix answers, even if it is busier", () => {
    assert.strictEqual(choose([replica("a", { load: 5 }), replica("b")], "a"), "a")
  })

  it("the least busy for its weight answers a new conversation", () => {
    assert.strictEqual(choose([replica("a", { load: 1 }), replica("b")]), "b")
    assert.strictEqual(choose([replica("a", { load: 2, weight: 4 }), replica("b")]), "a")
  })

  it("none answers that has no slot or is not well", () => {
    assert.strictEqual(choose([replica("a", { load: 1, slots: 1 }), replica("b", { load: 9 })], "a"), "b")
    assert.strictEqual(choose([replica("a", { usable: false }), replica("b", { load: 9 })], "a"), "b")
    assert.isUndefined(choose([replica("a", { load: 1, slots: 1 })]))
  })

  it("some is tried where none is well", () => {
    assert.strictEqual(choose([replica("a", { usable: false })]), "a")
  })

  it("equally busy ones share the conversations, and each conversation finds its own again when others come and go", () => {
    const names = ["a", "b", "c", "d"]
    const keys = Array.from({ length: 4000 }, (_, index) => `session-${index}`)
    const all = keys.map((key) =>
      choose(
        names.map((name) => replica(name)),
        undefined,
        key
      )
    )
    for (const name of names) assert.closeTo(all.filter((one) => one === name).length, 1000, 150)
    const fewer = keys.map((key) =>
      choose(
        ["a", "b", "c"].map((name) => replica(name)),
        undefined,
        key
      )
    )
    keys.forEach((_, index) => all[index] !== "d" && assert.strictEqual(fewer[index], all[index]))
  })

  it("one with a free slot is found if there is any", () => {
    const states = fc.array(
      fc.record({
        name: fc.string(),
        usable: fc.boolean(),
        load: fc.nat(3),
        slots: fc.integer({ min: 1, max: 3 }),
        weight: fc.integer({ min: 1, max: 5 })
      })
    )
    fc.assert(
      fc.property(states, (replicas) => {
        const well = replicas.filter(({ usable }) => usable)
        const able = (well.length === 0 ? replicas : well).filter(({ load, slots }) => load < slots)
        const chosen = chooseReplica(replicas, { preferred: undefined, tieBreaker: "k" })
        assert.strictEqual(chosen === undefined, able.length === 0)
        if (chosen !== undefined) assert.include(able, chosen)
      })
    )
  })
})
