import { assert, describe, it } from "@effect/vitest"
import { splitPrompt } from "@pensieve/models"

describe("the counts of a prompt", () => {
  it("are disjoint and together the whole prompt", () => {
    assert.deepStrictEqual(splitPrompt(100, { cachedTokens: 60, cacheCreationTokens: 30 }), {
      inputTokens: 10,
      cacheReadTokens: 60,
      cacheCreationTokens: 30
    })
  })

  it("are never more than the prompt has", () => {
    for (const [cachedTokens, cacheCreationTokens] of [
      [120, 5],
      [90, 50],
      [0, 200]
    ] as const) {
      const {
        inputTokens,
        cacheReadTokens,
        cacheCreationTokens: created
      } = splitPrompt(100, {
        cachedTokens,
        cacheCreationTokens
      })
      assert.strictEqual(inputTokens + cacheReadTokens + created, 100)
      assert.isAtLeast(Math.min(inputTokens, cacheReadTokens, created), 0)
    }
  })

  it("name nothing as created that nobody asked for", () => {
    assert.strictEqual(splitPrompt(10, { cachedTokens: 4 }).cacheCreationTokens, 0)
  })
})
