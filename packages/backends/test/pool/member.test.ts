import { assert, describe, it } from "@effect/vitest"
import { BackendUnavailable, InvalidRequest, RateLimited } from "@pensieve/errors"
import { Effect, Stream } from "effect"
import type { Backend } from "../../src/backend.ts"
import { Member } from "../../src/pool/member.ts"

const backend: Backend["Service"] = {
  name: "b",
  model: "m",
  status: Effect.succeed({ status: "ready" }),
  capabilities: Effect.never,
  countTokens: () => Effect.never,
  generate: () => Stream.never
}

const gone = new BackendUnavailable({ message: "gone" })
const limited = new RateLimited({ message: "slow down", retryAfterSeconds: 20 })

describe("a member of the pool", () => {
  it("rests for as long as it says when it is over its limit", () => {
    const member = new Member({ name: "b", backend })
    member.fail(limited, "r", 0)
    assert.deepStrictEqual([member.usable(19_999), member.usable(20_000)], [false, true])
  })

  it("is tried by one request alone once its pause is over", () => {
    const member = new Member({ name: "b", backend })
    member.fail(gone, "r", 0)
    assert.isFalse(member.usable(999))
    assert.isTrue(member.usable(1000))
    member.begin(1000)
    assert.isFalse(member.usable(1000))
    member.succeed()
    assert.isTrue(member.usable(1000))
  })

  it("may be tried again when the one that tried it went away", () => {
    const member = new Member({ name: "b", backend })
    member.fail(gone, "r", 0)
    member.begin(1000)
    member.end()
    member.abandon()
    assert.isTrue(member.usable(1000))
  })

  it("is well for whoever is refused a wrong request", () => {
    const member = new Member({ name: "b", backend })
    member.fail(gone, "r", 0)
    member.fail(new InvalidRequest({ message: "wrong" }), "r", 10)
    assert.isTrue(member.usable(10))
  })

  it("rests where other programs let it rest, tells them of its own pauses, and that it is well again", () => {
    const told: Array<readonly [string, number]> = []
    let rest = 0
    const board = { tell: (name: string, ms: number) => void told.push([name, ms]), rest: () => rest }
    const member = new Member({ name: "b", backend }, board)
    rest = 5
    assert.isFalse(member.usable(0))
    rest = 0
    member.fail(gone, "r", 0)
    member.fail(limited, "r", 100)
    member.succeed()
    assert.deepStrictEqual(told, [
      ["b", 1000],
      ["b", 20_000],
      ["b", 0]
    ])
  })
})
