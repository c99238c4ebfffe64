import { assert, describe, it } from "@effect/vitest"
import { codes, decoded, refusal } from "./decoded.ts"

describe("a request", () => {
  it("of the least fields has the API's defaults", () => {
    const body = { model: "m", input: "hi" }
    assert.deepStrictEqual(decoded(body), {
      model: "m",
      system: [],
      turns: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
      tools: [],
      toolChoice: { type: "auto" },
      parallelToolCalls: true,
      sampling: {},
      reasoning: { mode: "auto", display: "omitted" },
      output: { type: "text" },
      stopSequences: [],
      stream: false,
      hints: { requestClass: "main", cacheBreakpoints: [] },
      notices: [],
      source: { dialect: "openai-responses", body }
    })
  })

  it("keeps its instructions, limits and sampling", () => {
    const conversation = decoded({
      instructions: "be brief",
      max_output_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      parallel_tool_calls: false,
      stream: true,
      metadata: { a: "b" },
      truncation: "disabled",
      store: false,
      user: "u"
    })
    assert.deepStrictEqual(conversation.system, [{ type: "text", text: "be brief" }])
    assert.deepStrictEqual(conversation.sampling, { temperature: 0.5, topP: 0.9 })
    assert.deepInclude(conversation, { maxTokens: 100, parallelToolCalls: false, stream: true })
    assert.deepStrictEqual(codes(conversation), [])
  })

  it("takes null for absent", () => {
    const conversation = decoded({
      instructions: null,
      max_output_tokens: null,
      temperature: null,
      reasoning: null,
      text: { format: null, verbosity: null },
      tool_choice: null,
      tools: null,
      previous_response_id: null,
      conversation: null,
      prompt: null,
      background: null,
      new_field: null
    })
    assert.deepStrictEqual(codes(conversation), [])
    assert.deepStrictEqual(conversation.sampling, {})
  })

  it("notes what has no effect", () => {
    const conversation = decoded({
      store: true,
      truncation: "auto",
      include: ["reasoning.encrypted_content", "file_search_call.results"],
      text: { verbosity: "low" }
    })
    assert.deepStrictEqual(codes(conversation), [
      "store-ignored",
      "truncation-ignored",
      "include-ignored",
      "verbosity-ignored"
    ])
  })

  it("asks for log probabilities, by name or by number", () => {
    const named = decoded({ include: ["message.output_text.logprobs"] })
    assert.deepStrictEqual([named.topLogprobs, codes(named)], [0, []])
    assert.strictEqual(decoded({ top_logprobs: 3 }).topLogprobs, 3)
    assert.isUndefined(decoded({}).topLogprobs)
  })

  it.each([
    [{ previous_response_id: "resp_0" }, "previous_response_id", "send the whole conversation"],
    [{ conversation: { id: "conv_0" } }, "conversation", "send the whole conversation"],
    [{ prompt: { id: "pmpt_0" } }, "prompt", "send their text"],
    [{ background: true }, "background", "'stream': true"],
    [{ model: "" }, "model", "empty"],
    [{ model: undefined }, "model", "required"],
    [{ temperature: -1 }, "temperature", "0 or more"],
    [{ top_p: 2 }, "top_p", "1 or less"],
    [{ top_logprobs: 21 }, "top_logprobs", "20 or less"],
    [{ max_output_tokens: 1.5 }, "max_output_tokens", "whole number"],
    [{ stream: "yes" }, "stream", "true or false"],
    [{ tools: {} }, "tools", "array"],
    [{ text: { format: { type: "xml" } } }, "text.format.type", "json_schema"],
    [{ text: { format: { type: "json_schema", name: "n" } } }, "text.format.schema", "required"]
  ])("is refused with the field and what to do: %j", (fields, field, words) => {
    const error = refusal(fields)
    assert.strictEqual(error?.field, field)
    assert.include(error?.message, field)
    assert.include(error?.message, words)
  })

  it("is refused in a sentence that names the field", () => {
    assert.deepStrictEqual(refusal({ input: undefined }), {
      message: "Invalid 'input': it is required.",
      field: "input"
    })
  })
})

describe("reasoning", () => {
  it.each([
    [{ summary: "auto" }, { mode: "auto", display: "full" }],
    [
      { effort: "high", summary: "none" },
      { mode: "auto", effort: "high", display: "omitted" }
    ],
    [{ effort: "none" }, { mode: "off", effort: "none", display: "omitted" }],
    [
      { effort: "xhigh", summary: "detailed" },
      { mode: "auto", effort: "xhigh", display: "full" }
    ]
  ])("%j", (reasoning, expected) => {
    assert.deepStrictEqual(decoded({ reasoning }).reasoning, expected)
  })

  it("of an effort from the future is left to the model, with a notice", () => {
    const conversation = decoded({ reasoning: { effort: "heroic" } })
    assert.deepStrictEqual(conversation.reasoning, { mode: "auto", display: "omitted" })
    assert.deepStrictEqual(codes(conversation), ["effort-unknown"])
  })
})

describe("text.format", () => {
  it.each([
    [{ type: "text" }, { type: "text" }],
    [{ type: "json_object" }, { type: "json" }],
    [
      { type: "json_schema", name: "n", schema: { type: "object" }, strict: true, description: "d" },
      { type: "json-schema", name: "n", schema: { type: "object" } }
    ]
  ])("%j", (format, expected) => {
    const conversation = decoded({ text: { format } })
    assert.deepStrictEqual(conversation.output, expected)
    assert.deepStrictEqual(codes(conversation), [])
  })
})

describe("hints", () => {
  it("take session and affinity from what Codex sends", () => {
    const headers = { "session-id": "s", "thread-id": "s" }
    assert.deepStrictEqual(decoded({ prompt_cache_key: "k" }, headers).hints, {
      requestClass: "main",
      sessionId: "s",
      cacheAffinity: "k",
      cacheBreakpoints: []
    })
    assert.deepInclude(decoded({ client_metadata: { session_id: "s", thread_id: "s" } }).hints, {
      sessionId: "s",
      cacheAffinity: "s"
    })
  })

  it("know an agent by its thread, its parent or its name", () => {
    assert.deepInclude(decoded({}, { "session-id": "s", "thread-id": "t" }).hints, {
      agentId: "t",
      cacheAffinity: "s/t"
    })
    for (const headers of [
      { "x-openai-subagent": "review" },
      { "x-codex-parent-thread-id": "p" },
      { "x-codex-turn-metadata": '{"thread_source":"subagent"}' }
    ]) {
      assert.strictEqual(decoded({}, headers).hints.requestClass, "subagent")
    }
  })

  it("know a compaction by its metadata or its words, and stand broken metadata", () => {
    const words = "You are performing a CONTEXT CHECKPOINT COMPACTION. Go."
    assert.strictEqual(decoded({ input: [{ role: "user", content: words }] }).hints.requestClass, "compaction")
    const headers = { "x-codex-turn-metadata": '{"request_kind":"compaction"}' }
    assert.strictEqual(decoded({}, headers).hints.requestClass, "compaction")
    assert.strictEqual(decoded({}, { "x-codex-turn-metadata": "{" }).hints.requestClass, "main")
  })
})
