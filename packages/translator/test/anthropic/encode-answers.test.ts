import { assert, describe, it } from "@effect/vitest"
import { InvalidRequest, Overloaded, PromptTooLong } from "@pensieve/errors"
import { anthropic } from "@pensieve/translator"
import { decoded } from "./decoded.ts"

describe("errors", () => {
  it("have the API's envelope and status", () => {
    assert.deepStrictEqual(anthropic.encodeError(new Overloaded({ message: "no memory" }), "req_1"), {
      status: 529,
      body: { type: "error", error: { type: "overloaded_error", message: "no memory" }, request_id: "req_1" }
    })
  })

  it("keep the words that make Claude Code compact", () => {
    const { status, body } = anthropic.encodeError(new PromptTooLong({ promptTokens: 40000, window: 32768 }), "req_1")
    assert.strictEqual(status, 400)
    assert.deepStrictEqual(body.error, {
      type: "invalid_request_error",
      message: "prompt is too long: 40000 tokens > 32768 maximum"
    })
  })

  it("carry the code the official SDK knows for threads", () => {
    const error = new InvalidRequest({
      message: "thread: no",
      field: "thread",
      detailCode: "thread_unsupported_request"
    })
    assert.deepStrictEqual(anthropic.encodeError(error, "r").body.error.details, {
      error_code: "thread_unsupported_request"
    })
  })
})

describe("models", () => {
  const entry = { id: "claude-local", displayName: "Qwen", createdAt: "2026-01-01T00:00:00Z", window: 32768 }

  it("are told with every field of the API", () => {
    assert.deepStrictEqual(anthropic.encodeModel({ ...entry, description: "d", maxOutputTokens: 8192 }), {
      id: "claude-local",
      type: "model",
      display_name: "Qwen",
      description: "d",
      created_at: "2026-01-01T00:00:00Z",
      max_input_tokens: 32768,
      max_tokens: 8192,
      capabilities: null,
      lifecycle: "active",
      line: null,
      deprecated_at: null,
      retires_at: null
    })
  })

  it("come on one page, also when there are none", () => {
    const page = anthropic.encodeModels([entry, { ...entry, id: "b" }])
    assert.deepInclude(page, { has_more: false, first_id: "claude-local", last_id: "b" })
    assert.deepStrictEqual(anthropic.encodeModels([]), { data: [], has_more: false, first_id: null, last_id: null })
  })
})

describe("counts", () => {
  it("are told with the field of the beta", () => {
    assert.deepStrictEqual(anthropic.encodeCount(7), { input_tokens: 7, context_management: null })
  })
})

describe("the options of a stream", () => {
  it("come from the conversation and its betas", () => {
    const conversation = decoded({
      model: "claude-local",
      thinking: { type: "adaptive", display: "omitted" },
      messages: [
        { role: "user", content: "a" },
        { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "n", input: {} }] }
      ]
    })
    const headers = { "anthropic-beta": "a-1,thinking-token-count-2026-05-13" }
    assert.deepStrictEqual(anthropic.streamOptions(conversation, "msg_1", headers), {
      id: "msg_1",
      model: "claude-local",
      display: "omitted",
      estimatedTokens: true,
      toolIds: ["toolu_1"]
    })
    assert.isFalse(anthropic.streamOptions(conversation, "msg_1", {}).estimatedTokens)
  })
})
