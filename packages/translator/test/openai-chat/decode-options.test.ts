import { assert, describe, it } from "@effect/vitest"
import { codes, decoded, refusal } from "./decoded.ts"

describe("options", () => {
  it("of sampling are all taken, common extensions included", () => {
    const fields = {
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.1,
      seed: 7,
      presence_penalty: 1,
      frequency_penalty: -1,
      repeat_penalty: 1.1
    }
    const conversation = decoded(fields)
    assert.deepStrictEqual(conversation.sampling, {
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      minP: 0.1,
      presencePenalty: 1,
      frequencyPenalty: -1,
      repetitionPenalty: 1.1,
      seed: 7
    })
    assert.deepStrictEqual(conversation.notices, [])
  })

  it("take -1 and 0 of top_k for no limit", () => {
    assert.deepStrictEqual(decoded({ top_k: -1 }).sampling, {})
    assert.deepStrictEqual(decoded({ top_k: 0 }).sampling, {})
  })

  it("bound the answer by either name, the newer one first", () => {
    assert.strictEqual(decoded({ max_tokens: 5 }).maxTokens, 5)
    assert.strictEqual(decoded({ max_completion_tokens: 6 }).maxTokens, 6)
    const both = decoded({ max_tokens: 5, max_completion_tokens: 6 })
    assert.strictEqual(both.maxTokens, 6)
    assert.deepStrictEqual(codes(both), ["max-tokens-ignored"])
  })

  it("stop at one text or several, never at none", () => {
    assert.deepStrictEqual(decoded({ stop: "a" }).stopSequences, ["a"])
    const several = decoded({ stop: ["a", "", "b"] })
    assert.deepStrictEqual(several.stopSequences, ["a", "b"])
    assert.deepStrictEqual(codes(several), ["stop-empty"])
  })

  it("ask for thinking by effort", () => {
    assert.deepStrictEqual(decoded({ reasoning_effort: "none" }).reasoning, {
      mode: "off",
      effort: "none",
      display: "full"
    })
    assert.deepStrictEqual(decoded({ reasoning_effort: "high" }).reasoning, {
      mode: "auto",
      effort: "high",
      display: "full"
    })
    assert.deepStrictEqual(codes(decoded({ reasoning_effort: "utmost" })), ["effort-unknown"])
  })

  it("ask for JSON, of a schema or of any", () => {
    const schema = { type: "object" }
    assert.deepStrictEqual(decoded({ response_format: { type: "text" } }).output, { type: "text" })
    assert.deepStrictEqual(decoded({ response_format: { type: "json_object" } }).output, { type: "json" })
    assert.deepStrictEqual(
      decoded({ response_format: { type: "json_schema", json_schema: { name: "n", schema, strict: true } } }).output,
      { type: "json-schema", schema, name: "n" }
    )
    assert.strictEqual(refusal({ response_format: { type: "xml" } })?.field, "response_format.type")
    assert.strictEqual(refusal({ response_format: { type: "json_schema" } })?.field, "response_format.json_schema")
  })

  it("ask for log probabilities, and for those of other tokens", () => {
    assert.strictEqual(decoded({ logprobs: true, top_logprobs: 3 }).topLogprobs, 3)
    assert.strictEqual(decoded({ logprobs: true }).topLogprobs, 0)
    assert.isUndefined(decoded({ logprobs: false }).topLogprobs)
    assert.isUndefined(decoded({ logprobs: null, top_logprobs: null }).topLogprobs)
    assert.strictEqual(refusal({ logprobs: "yes" })?.field, "logprobs")
    for (const top of [-1, 21, 1.5]) assert.strictEqual(refusal({ top_logprobs: top })?.field, "top_logprobs")
  })
})

describe("hints", () => {
  it("take the session from a header and the affinity from the client's own key", () => {
    assert.deepStrictEqual(decoded({ prompt_cache_key: "k", user: "u" }, { "x-session-id": "s" }).hints, {
      requestClass: "main",
      sessionId: "s",
      cacheAffinity: "k",
      cacheBreakpoints: []
    })
    assert.strictEqual(decoded({ user: "u" }, { session_id: "s" }).hints.cacheAffinity, "s")
    assert.strictEqual(decoded({ user: "u" }).hints.cacheAffinity, "u")
  })

  it("know a probe", () => {
    assert.strictEqual(decoded({ max_tokens: 1 }).hints.requestClass, "probe")
  })
})
