import { assert, describe, it } from "@effect/vitest"
import type { Conversation } from "@pensieve/models"
import fc from "fast-check"
import { cacheKey } from "../../src/cache/cache-key.ts"

const conversation: Conversation = {
  model: "claude",
  system: [{ type: "text", text: "Be short." }],
  turns: [{ role: "user", parts: [{ type: "text", text: "Hi" }] }],
  tools: [{ name: "Read", inputSchema: { type: "object", properties: {} }, deferred: false, eager: false }],
  toolChoice: { type: "auto" },
  parallelToolCalls: true,
  sampling: { temperature: 0, seed: 1 },
  reasoning: { mode: "off", display: "full" },
  output: { type: "text" },
  stopSequences: [],
  maxTokens: 9,
  stream: true,
  hints: { requestClass: "main", sessionId: "s1", cacheBreakpoints: [0] },
  notices: [],
  source: { dialect: "anthropic", body: {} }
}

const key = (change: Partial<Conversation> = {}, model = ["m", "served"]) =>
  cacheKey({ ...conversation, ...change }, model)

describe("the key of an answer", () => {
  it("is the same whoever asks, streamed or not, by whatever name and API", () => {
    for (const change of [
      { stream: false },
      { model: "gpt" },
      { hints: { requestClass: "title", sessionId: "s2", cacheBreakpoints: [] } },
      { source: { dialect: "openai-chat", body: { other: true } } },
      { notices: [{ code: "a", message: "b" }] },
      { sampling: { seed: 1, temperature: 0 } },
      {
        system: [
          { type: "text", text: "x-anthropic-billing-header: cch=abc" },
          { type: "text", text: "Be short." }
        ]
      }
    ] satisfies ReadonlyArray<Partial<Conversation>>)
      assert.strictEqual(key(change), key(), JSON.stringify(change))
  })

  it("is another one for whatever the model is shown or asked for", () => {
    const others = [
      { system: [] },
      { turns: [{ role: "assistant", parts: [{ type: "text", text: "Hi" }] }] },
      { tools: [] },
      { toolChoice: { type: "any" } },
      { parallelToolCalls: false },
      { sampling: { temperature: 0, seed: 2 } },
      { reasoning: { mode: "auto", display: "full" } },
      { output: { type: "json" } },
      { stopSequences: ["x"] },
      { maxTokens: 10 }
    ] satisfies ReadonlyArray<Partial<Conversation>>
    const keys = [key(), key({}, ["m", "another"]), key({}, ["n", "served"]), ...others.map((change) => key(change))]
    assert.strictEqual(new Set(keys).size, keys.length)
    for (const one of keys) assert.match(one, /^[0-9a-f]{64}$/)
  })

  it("knows no order of keys, and every order of items", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (schema) => {
        const reversed = Object.fromEntries(Object.entries(schema).toReversed())
        const of = (inputSchema: object) =>
          key({
            tools: [{ name: "t", inputSchema: JSON.parse(JSON.stringify(inputSchema)), deferred: false, eager: false }]
          })
        assert.strictEqual(of(schema), of(reversed))
      })
    )
    assert.notStrictEqual(key({ stopSequences: ["a", "b"] }), key({ stopSequences: ["b", "a"] }))
  })
})
