import { assert, describe, it } from "@effect/vitest"
import { codes, decoded, refusal } from "./decoded.ts"

const reasoning = (fields: object) => decoded(fields).reasoning
const schema = { type: "object", properties: { title: { type: "string" } } }

describe("thinking", () => {
  it("is off unless asked for", () => {
    assert.deepStrictEqual(reasoning({}), { mode: "off", display: "full" })
    assert.deepStrictEqual(reasoning({ thinking: { type: "disabled" } }), { mode: "off", display: "full" })
  })

  it("has a budget, or the model decides", () => {
    assert.deepStrictEqual(reasoning({ max_tokens: 4096, thinking: { type: "enabled", budget_tokens: 2048 } }), {
      mode: "budget",
      budgetTokens: 2048,
      display: "full"
    })
    assert.deepStrictEqual(reasoning({ thinking: { type: "adaptive" } }), { mode: "auto", display: "full" })
  })

  it("is shown, unless omitted", () => {
    const display = (value: unknown) => reasoning({ thinking: { type: "adaptive", display: value } }).display
    assert.deepStrictEqual(["summarized", "updates", null, "omitted"].map(display), ["full", "full", "full", "omitted"])
  })

  it.each([
    [{ type: "between_tools" }, { mode: "auto", display: "full" }, "thinking-everywhere"],
    [{ type: "dreaming" }, { mode: "auto", display: "full" }, "thinking-unknown"],
    [{ type: "enabled" }, { mode: "auto", display: "full" }, "thinking-budget-unknown"],
    [
      { type: "enabled", budget_tokens: 5000 },
      { mode: "budget", budgetTokens: 9, display: "full" },
      "thinking-budget-lowered"
    ],
    [{ type: "adaptive", mood: "good" }, { mode: "auto", display: "full" }, "field-ignored"],
    ["hard", { mode: "off", display: "full" }, "thinking-unknown"]
  ])("is never refused: %j", (thinking, expected, code) => {
    const conversation = decoded({ thinking })
    assert.deepStrictEqual<object>(conversation.reasoning, expected)
    assert.deepStrictEqual(codes(conversation), [code])
  })

  it("takes the effort asked for last", () => {
    assert.strictEqual(reasoning({ output_config: { effort: "xhigh" } }).effort, "xhigh")
    const messages = [
      { role: "user", content: "a" },
      { role: "system", content: "b", output_config: { effort: "low" } }
    ]
    assert.strictEqual(reasoning({ messages, output_config: { effort: "high" } }).effort, "low")
  })

  it("leaves an unknown effort to the model, with a notice", () => {
    const conversation = decoded({ output_config: { effort: "heroic" } })
    assert.isUndefined(conversation.reasoning.effort)
    assert.deepStrictEqual(codes(conversation), ["effort-unknown"])
  })
})

describe("the form of the answer", () => {
  const format = { type: "json_schema", schema }

  it("is a JSON schema under its new name and its old one", () => {
    const expected = { type: "json-schema", schema } as const
    assert.deepStrictEqual(decoded({ output_config: { format } }).output, expected)
    assert.deepStrictEqual(decoded({ output_format: format }).output, expected)
  })

  it.each([
    [{ output_config: { format: { type: "yaml" } } }, "output_config.format.type"],
    [{ output_config: { format: { type: "json_schema" } } }, "output_config.format.schema"],
    [{ output_config: { format: "json" } }, "output_config.format"],
    [{ output_format: { type: "yaml" } }, "output_format.type"],
    [{ output_config: 5 }, "output_config"]
  ])("is refused if it cannot be kept: %j", (fields, field) => {
    assert.strictEqual(refusal(fields)?.field, field)
  })

  it("notes the other fields of output_config", () => {
    assert.deepStrictEqual(codes(decoded({ output_config: { task_budget: { total: 1 } } })), ["field-ignored"])
  })
})

describe("limits and sampling", () => {
  it("are taken as sent, zero included", () => {
    assert.deepStrictEqual(decoded({ temperature: 0, top_p: 0.5, top_k: 40 }).sampling, {
      temperature: 0,
      topP: 0.5,
      topK: 40
    })
    assert.strictEqual(decoded({ max_tokens: 0 }).maxTokens, 0)
    assert.isTrue(decoded({ stream: true }).stream)
  })

  it("keep stop sequences, but for empty ones", () => {
    const conversation = decoded({ stop_sequences: ["</block>", "", "\n"] })
    assert.deepStrictEqual(conversation.stopSequences, ["</block>", "\n"])
    assert.deepStrictEqual(codes(conversation), ["stop-sequence-empty"])
  })
})

describe("edits of the context", () => {
  it("are noted, but for the one that changes nothing", () => {
    const keepAll = { type: "clear_thinking_20251015", keep: "all" }
    assert.deepStrictEqual(decoded({ context_management: { edits: [keepAll] } }).notices, [])
    const edits = [keepAll, { type: "clear_tool_uses_20250919" }, { type: "clear_thinking_20251015", keep: 1 }]
    assert.deepStrictEqual(codes(decoded({ context_management: { edits } })), [
      "context-edit-ignored",
      "context-edit-ignored"
    ])
  })
})
