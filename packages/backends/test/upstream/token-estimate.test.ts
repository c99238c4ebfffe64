import { assert, describe, it } from "@effect/vitest"
import { makeTokenEstimate } from "../../src/upstream/token-estimate.ts"

describe("an estimate of tokens", () => {
  it("starts from what is usual, and goes with what the upstream tells", () => {
    const estimate = makeTokenEstimate()
    assert.strictEqual(estimate.tokens(4000), 1000)
    assert.isFalse(estimate.learned())
    estimate.learn(4000, 2000)
    assert.strictEqual(estimate.tokens(4000), 2000)
    for (let round = 0; round < 30; round++) estimate.learn(3000, 1000)
    assert.closeTo(estimate.tokens(3000), 1000, 5)
  })

  it("learns nothing from prompts too short to tell, nor from counts that cannot be", () => {
    const estimate = makeTokenEstimate()
    estimate.learn(40, 30)
    estimate.learn(1000, 0)
    estimate.learn(100, 5000)
    assert.isFalse(estimate.learned())
  })
})
