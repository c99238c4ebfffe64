import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { afterFailure, type Breaker, breakerState, closedBreaker } from "../../src/pool/breaker.ts"

const fail = (breaker: Breaker, request: string, now = 0, gone = false) => afterFailure(breaker, { request, gone }, now)

describe("a breaker", () => {
  it("is not opened by one request that always fails, however often it is sent", () => {
    let breaker = closedBreaker
    for (let time = 0; time < 50; time++) breaker = fail(breaker, "the same", time)
    assert.strictEqual(breakerState(breaker, 50), "closed")
  })

  it("opens when several requests fail in a row, and at once when nobody is there", () => {
    const twice = fail(fail(closedBreaker, "a"), "b")
    assert.strictEqual(breakerState(twice, 0), "closed")
    assert.strictEqual(breakerState(fail(twice, "b"), 0), "open")
    assert.strictEqual(breakerState(fail(closedBreaker, "a", 0, true), 0), "open")
  })

  it("lets one try after its pause, and waits twice as long after each failure, half a minute at most", () => {
    let breaker = fail(closedBreaker, "a", 0, true)
    const pauses: Array<number> = []
    for (let trial = 0; trial < 8; trial++) {
      const until = breaker.openUntil ?? 0
      assert.strictEqual(breakerState(breaker, until - 1), "open")
      assert.strictEqual(breakerState(breaker, until), "trial")
      pauses.push(breaker.pauseMs)
      breaker = fail(breaker, "a", until, true)
    }
    assert.deepStrictEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  })

  it("is never open for longer than its longest pause, whatever fails", () => {
    const failures = fc.array(fc.record({ request: fc.constantFrom("a", "b", "c"), gone: fc.boolean() }))
    fc.assert(
      fc.property(failures, (all) => {
        const breaker = all.reduce((state, failure, now) => afterFailure(state, failure, now), closedBreaker)
        assert.notStrictEqual(breakerState(breaker, all.length + 30_000), "open")
        assert.isAtMost(breaker.requests.length, 3)
      })
    )
  })
})
