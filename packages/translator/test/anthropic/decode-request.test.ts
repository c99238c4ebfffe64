import { assert, describe, it } from "@effect/vitest"
import { decodeCountRequest, decodeRequest } from "@pensieve/translator/anthropic"
import { Result } from "effect"
import { codes, decoded, least, refusal } from "./decoded.ts"

describe("a request", () => {
  it("needs only a model, a limit and a message", () => {
    assert.deepStrictEqual(decoded({}), {
      model: "m",
      system: [],
      turns: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
      tools: [],
      toolChoice: { type: "auto" },
      parallelToolCalls: true,
      sampling: {},
      reasoning: { mode: "off", display: "full" },
      output: { type: "text" },
      stopSequences: [],
      maxTokens: 10,
      stream: false,
      hints: { requestClass: "main", cacheBreakpoints: [] },
      notices: [],
      source: { dialect: "anthropic", body: least }
    })
  })

  it("keeps the very body that was sent", () => {
    assert.strictEqual(Result.getOrThrow(decodeRequest(least, { headers: {} })).source.body, least)
  })

  it.each([
    [{ model: undefined }, "model"],
    [{ model: "" }, "model"],
    [{ max_tokens: "10" }, "max_tokens"],
    [{ max_tokens: 1.5 }, "max_tokens"],
    [{ max_tokens: -1 }, "max_tokens"],
    [{ messages: {} }, "messages"],
    [{ messages: [] }, "messages"],
    [{ messages: ["hi"] }, "messages.0"],
    [{ messages: [{ role: "tool", content: "" }] }, "messages.0.role"],
    [{ messages: [{ role: "user" }] }, "messages.0.content"],
    [{ messages: [{ role: "user", content: 5 }] }, "messages.0.content"],
    [{ messages: [{ role: "user", content: ["hi"] }] }, "messages.0.content.0"],
    [{ messages: [{ role: "user", content: [{}] }] }, "messages.0.content.0.type"],
    [{ system: 5 }, "system"],
    [{ system: [{ type: "text" }] }, "system.0.text"],
    [{ tools: {} }, "tools"],
    [{ stream: "yes" }, "stream"],
    [{ temperature: "hot" }, "temperature"],
    [{ temperature: -0.1 }, "temperature"],
    [{ top_p: 2 }, "top_p"],
    [{ top_k: 0.5 }, "top_k"],
    [{ stop_sequences: [1] }, "stop_sequences.0"],
    [{ mcp_servers: [{ name: "a" }] }, "mcp_servers"],
    [{ container: { skills: [{}] } }, "container.skills"],
    [{ thread: { id: "t" } }, "thread"]
  ])("names the field that is wrong: %j", (fields, field) => {
    const problem = refusal(fields)
    assert.strictEqual(problem?.field, field)
    assert.isTrue(problem?.message.startsWith(`${field}: `))
  })

  it("words what is wrong as the API does", () => {
    const text = [
      { type: "text", text: "a" },
      { type: "text", text: 5 }
    ]
    assert.deepStrictEqual(refusal({ messages: [{ role: "user", content: text }] }), {
      message: "messages.0.content.1.text: Input should be a valid string",
      field: "messages.0.content.1.text"
    })
    assert.strictEqual(refusal({ max_tokens: undefined })?.message, "max_tokens: Field required")
    assert.strictEqual(refusal({ messages: 1 })?.message, "messages: Input should be a valid array")
    assert.strictEqual(
      refusal({ messages: [{ role: "tool", content: "" }] })?.message,
      "messages.0.role: Input should be 'user', 'assistant' or 'system'"
    )
  })

  it.each([null, 5, "x", [], true])("must be an object, not %j", (body) => {
    const result = decodeRequest(body, { headers: {} })
    assert.isTrue(Result.isFailure(result))
    assert.isUndefined(Result.isFailure(result) ? result.failure.field : "")
  })

  it("takes null for absent in every optional field", () => {
    const nothing = {
      system: null,
      tools: null,
      tool_choice: null,
      thinking: null,
      output_config: null,
      stop_sequences: null,
      temperature: null,
      stream: null,
      mcp_servers: null,
      thread: null,
      container: null,
      service_tier: null
    }
    assert.deepStrictEqual({ ...decoded(nothing), source: undefined }, { ...decoded({}), source: undefined })
  })

  it("means the same under both versions of the API", () => {
    const fields = { temperature: 0.5, top_k: 4, thinking: { type: "adaptive", display: "updates" } }
    const [older, newer] = ["2023-06-01", "2026-10-21"].map((version) =>
      decoded(fields, { "anthropic-version": version })
    )
    assert.deepStrictEqual(older, newer)
    assert.deepStrictEqual(newer?.notices, [])
  })

  it("tolerates unknown fields, each with a notice", () => {
    const conversation = decoded({ service_tier: "auto", from_the_future: 1, container: "c" })
    assert.deepStrictEqual(
      conversation.notices.map(({ code, field }) => [code, field]),
      [
        ["field-ignored", "service_tier"],
        ["field-ignored", "from_the_future"],
        ["field-ignored", "container"]
      ]
    )
  })

  it("takes empty lists of what it refuses", () => {
    assert.deepStrictEqual(decoded({ mcp_servers: [] }).notices, [])
    assert.deepStrictEqual(codes(decoded({ container: { skills: [] } })), ["field-ignored"])
  })
})

describe("turns", () => {
  it("stay in the order and number sent, system turns included", () => {
    const messages = [
      { role: "user", content: "a" },
      { role: "system", content: "b" },
      { role: "user", content: "c" },
      { role: "user", content: "d" },
      { role: "assistant", content: "e" }
    ]
    assert.deepStrictEqual<ReadonlyArray<object>>(
      decoded({ messages }).turns,
      messages.map(({ role, content }) => ({ role, parts: [{ type: "text", text: content }] }))
    )
  })

  it("are the same for a string and for one text block", () => {
    const block = {
      messages: [{ role: "system", content: [{ type: "text", text: "a", cache_control: { type: "ephemeral" } }] }]
    }
    const string = { messages: [{ role: "system", content: "a" }] }
    assert.deepStrictEqual(decoded(block).turns, decoded(string).turns)
    assert.deepStrictEqual(decoded({ system: "a" }).system, decoded({ system: [{ type: "text", text: "a" }] }).system)
  })

  it("leave out a system message that only changes options", () => {
    const messages = [
      { role: "user", content: "a" },
      { role: "system", output_config: { effort: "low" } }
    ]
    const conversation = decoded({ messages })
    assert.strictEqual(conversation.turns.length, 1)
    assert.strictEqual(conversation.reasoning.effort, "low")
    assert.deepStrictEqual(codes(conversation), ["message-empty"])
  })

  it("keep a system message that asks to vanish, with a notice", () => {
    const messages = [
      { role: "system", content: "a", clear_at: "next_user_message" },
      { role: "user", content: "b" }
    ]
    const conversation = decoded({ messages })
    assert.strictEqual(conversation.turns.length, 2)
    assert.deepStrictEqual(codes(conversation), ["clear-at-ignored"])
    assert.deepStrictEqual(codes(decoded({ messages: [{ role: "system", content: "a", clear_at: "never" }] })), [])
  })

  it("keep the billing header of Claude Code, which others drop", () => {
    const system = [{ type: "text", text: "x-anthropic-billing-header: cc_version=2.1.329.22d;" }]
    assert.strictEqual(decoded({ system }).system.length, 1)
  })
})

describe("a request to count", () => {
  it("needs no limit and is of its own class", () => {
    const { max_tokens: _, ...body } = least
    const conversation = Result.getOrThrow(decodeCountRequest(body, { headers: {} }))
    assert.strictEqual(conversation.hints.requestClass, "count")
    assert.isUndefined(conversation.maxTokens)
    assert.deepStrictEqual(conversation.turns, decoded({}).turns)
  })

  it("is refused as a request is", () => {
    const result = decodeCountRequest({ model: "m", messages: 1 }, { headers: {} })
    assert.strictEqual(Result.isFailure(result) ? result.failure.field : "", "messages")
  })
})
