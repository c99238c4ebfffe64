import { assert, describe, it } from "@effect/vitest"
import { estimateTokens, needsExactCount } from "@pensieve/router"

describe("the size of a prompt", () => {
  it("is what the last turn used plus what was added", () => {
    assert.strictEqual(estimateTokens(44_000, { tokens: 12_000, bodyBytes: 40_000 }), 13_000)
  })

  it("is the length of the body where there is no last turn, or the body shrank", () => {
    assert.strictEqual(estimateTokens(40_000), 10_000)
    assert.strictEqual(estimateTokens(8_000, { tokens: 12_000, bodyBytes: 40_000 }), 2_000)
  })

  it("must be counted near the threshold only", () => {
    assert.deepStrictEqual(
      [20_000, 50_000, 74_000, 90_000].map((tokens) => needsExactCount(tokens, 60_000)),
      [false, true, true, false]
    )
  })
})
