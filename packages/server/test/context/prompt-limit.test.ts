import { assert, describe, it } from "@effect/vitest"
import type { Conversation, RequestClass } from "@pensieve/models"
import { promptLimit } from "../../src/context/prompt-limit.ts"
import { scaledEvent, scaledTokens, windowScale } from "../../src/context/scale-window.ts"

const tool = { name: "Read", inputSchema: {}, deferred: false, eager: false }
const asked = (requestClass: RequestClass, tools: Conversation["tools"] = [tool]) => ({
  hints: { requestClass, cacheBreakpoints: [] },
  tools
})

describe("the tokens that a prompt may have", () => {
  it("leave an agent's conversation room to be summed up, and that request room for the summary", () => {
    assert.strictEqual(promptLimit(asked("main"), 32_768, {}), 32_768 - 5461)
    assert.strictEqual(promptLimit(asked("subagent"), 200_000, {}), 192_000)
    assert.strictEqual(promptLimit(asked("compaction"), 32_768, {}), 32_768 - 2730)
    assert.strictEqual(promptLimit(asked("main"), 32_768, { reserveTokens: 1000 }), 31_768)
  })

  it("are the whole window for whoever sums nothing up", () => {
    assert.strictEqual(promptLimit(asked("main", []), 32_768, {}), 32_768)
    assert.strictEqual(promptLimit(asked("title"), 32_768, {}), 32_768)
  })

  it("are never none", () => {
    assert.strictEqual(promptLimit(asked("main"), 1000, { reserveTokens: 5000 }), 1)
  })
})

describe("tokens that are told", () => {
  it("make the window as full as it is for a client that believes in a larger one", () => {
    const scale = windowScale(32_000, 200_000)
    assert.strictEqual(scaledTokens(16_000, scale), 100_000)
    assert.isUndefined(windowScale(200_000, 200_000))
    assert.isUndefined(windowScale(undefined, 200_000))
    assert.isUndefined(windowScale(32_000, undefined))
  })

  it("are the prompt's only", () => {
    const usage = {
      inputTokens: 10,
      cacheReadTokens: 20,
      cacheCreationTokens: 30,
      outputTokens: 40,
      reasoningTokens: 5
    }
    assert.deepStrictEqual(scaledEvent({ type: "usage", usage }, 2), {
      type: "usage",
      usage: { inputTokens: 20, cacheReadTokens: 40, cacheCreationTokens: 60, outputTokens: 40, reasoningTokens: 5 }
    })
    assert.deepStrictEqual(scaledEvent({ type: "text-delta", text: "x" }, 2), { type: "text-delta", text: "x" })
  })
})
