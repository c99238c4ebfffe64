import { assert, describe, it } from "@effect/vitest"
import type { Conversation, JsonObject, OpenaiChatSentMessage, Part } from "@pensieve/models"
import { encodeRequest, type RequestOptions } from "@pensieve/translator/openai-chat"
import { codes, decoded } from "./decoded.ts"

const encoded = (conversation: Partial<Conversation>, options: Partial<RequestOptions> = {}) =>
  encodeRequest({ ...decoded({}), ...conversation }, { model: "qwen", ...options })

const messages = (turns: Conversation["turns"], options: Partial<RequestOptions> = {}) =>
  encoded({ turns }, options).body.messages

const text = (words: string): Part => ({ type: "text", text: words })
const image: Part = { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA" } }
const imageUrl = { type: "image_url", image_url: { url: "data:image/png;base64,AA" } }
const call = (name: string): Part => ({ type: "tool-call", id: "call_1", name, input: { a: 1 } })
const result = (...parts: ReadonlyArray<Part>): Part => ({
  type: "tool-result",
  callId: "call_1",
  parts,
  isError: false
})
const check = (actual: ReadonlyArray<OpenaiChatSentMessage>, ...expected: ReadonlyArray<object>) =>
  assert.deepStrictEqual<ReadonlyArray<object>>(actual, expected)

describe("a request to an upstream", () => {
  it("has the upstream's model and asks for the tokens", () => {
    assert.deepStrictEqual(encoded({}).body, {
      model: "qwen",
      messages: [{ role: "user", content: "hi" }],
      stream: true,
      stream_options: { include_usage: true }
    })
    assert.deepStrictEqual(encoded({}, { stream: false }).body, {
      model: "qwen",
      messages: [{ role: "user", content: "hi" }],
      stream: false
    })
  })

  it("has every option under the upstream's names", () => {
    const { body, notices } = encoded(
      {
        sampling: {
          temperature: 0.5,
          topP: 0.9,
          topK: 4,
          minP: 0.1,
          seed: 7,
          presencePenalty: 1,
          frequencyPenalty: 2,
          repetitionPenalty: 1.1
        },
        maxTokens: 9,
        stopSequences: ["a"],
        output: { type: "json-schema", schema: { type: "object" } },
        reasoning: { mode: "auto", effort: "high", display: "full" },
        hints: { requestClass: "main", cacheAffinity: "k", cacheBreakpoints: [] }
      },
      { maxTokensField: "max_completion_tokens", reasoningControl: "effort", promptCacheKey: true }
    )
    assert.deepInclude(body, {
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      min_p: 0.1,
      seed: 7,
      presence_penalty: 1,
      frequency_penalty: 2,
      repetition_penalty: 1.1,
      max_completion_tokens: 9,
      stop: ["a"],
      response_format: {
        type: "json_schema",
        json_schema: { name: "answer", schema: { type: "object" }, strict: true }
      },
      reasoning_effort: "high",
      prompt_cache_key: "k"
    })
    assert.deepStrictEqual(notices, [])
  })

  it("says what the upstream cannot be told", () => {
    const { body, notices } = encoded(
      {
        sampling: { topK: 4 },
        reasoning: { mode: "budget", budgetTokens: 5, effort: "low", display: "full" },
        maxTokens: 0
      },
      { samplingExtensions: false }
    )
    assert.deepStrictEqual(codes({ notices }), [
      "max-tokens-raised",
      "sampling-not-sent",
      "thinking-budget-not-sent",
      "reasoning-not-controlled"
    ])
    assert.strictEqual(body.max_tokens, 1)
    assert.notProperty(body, "top_k")
  })

  it("turns thinking off in the upstream's way", () => {
    const reasoning = { mode: "off", display: "full" } as const
    assert.strictEqual(encoded({ reasoning }, { reasoningControl: "effort" }).body.reasoning_effort, "none")
    assert.deepStrictEqual(encoded({ reasoning }, { reasoningControl: "template" }).body.chat_template_kwargs, {
      enable_thinking: false
    })
    assert.deepStrictEqual(encoded({ output: { type: "json" } }).body.response_format, { type: "json_object" })
  })
})

describe("messages to an upstream", () => {
  it("begin with the instructions, without the header that changes from session to session", () => {
    const system = [text("x-anthropic-billing-header: cc_version=1;\n"), text("Be brief."), text("Be kind.")]
    const { body, notices } = encoded({ system }, { systemRole: "developer" })
    check(body.messages.slice(0, 1), { role: "developer", content: "Be brief.\n\nBe kind." })
    assert.deepStrictEqual(codes({ notices }), ["billing-header-dropped"])
  })

  it("keep system turns in place, or fold them into the user's words", () => {
    const turns = [
      { role: "user", parts: [text("a")] },
      { role: "system", parts: [text("b")] },
      { role: "user", parts: [image] }
    ] as const
    check(
      messages(turns),
      { role: "user", content: "a" },
      { role: "system", content: "b" },
      { role: "user", content: [imageUrl] }
    )
    check(messages(turns, { systemTurns: "folded" }), {
      role: "user",
      content: [{ type: "text", text: "a\n\n<system-reminder>\nb\n</system-reminder>" }, imageUrl]
    })
  })

  it("put tool results before the words of the same turn, and their pictures behind", () => {
    const parts = [text("look"), result(text("seen"), image)]
    check(
      messages([
        { role: "assistant", parts: [call("ls")] },
        { role: "user", parts }
      ]),
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "call_1", type: "function", function: { name: "ls", arguments: '{"a":1}' } }]
      },
      { role: "tool", tool_call_id: "call_1", content: "seen\n\n[image: in the next message]" },
      {
        role: "user",
        content: [{ type: "text", text: "From the tool result call_1:" }, imageUrl, { type: "text", text: "look" }]
      }
    )
  })

  it("leave placeholders where pictures cannot go", () => {
    const turns = [
      { role: "user", parts: [result(image)] },
      { role: "user", parts: [image] }
    ] as const
    const { body, notices } = encoded({ turns }, { images: false })
    check(
      body.messages,
      { role: "tool", tool_call_id: "call_1", content: "[image not shown: image/png]" },
      { role: "user", content: "[image not shown: image/png]" }
    )
    assert.deepStrictEqual(codes({ notices }), ["image-not-sent"])
    check(messages(turns.slice(0, 1), { toolMedia: "placeholder" }), {
      role: "tool",
      tool_call_id: "call_1",
      content: "[image not shown: image/png]"
    })
  })

  it("show documents as text, or as files where those are read", () => {
    const words: Part = {
      type: "document",
      source: { kind: "text", mediaType: "text/plain", text: "words" },
      title: "T"
    }
    const coded: Part = { type: "document", source: { kind: "base64", mediaType: "text/markdown", data: "IyBI" } }
    const pdf: Part = {
      type: "document",
      source: { kind: "base64", mediaType: "application/pdf", data: "JVBE" },
      title: "a.pdf"
    }
    const turns = [{ role: "user", parts: [words, coded, pdf] }] as const
    const written = '<document title="T">\nwords\n</document>\n\n<document>\n# H\n</document>'
    check(messages(turns), { role: "user", content: `${written}\n\n[document not shown: a.pdf, application/pdf]` })
    const [message] = messages(turns, { files: true })
    const file = { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" } }
    assert.include(JSON.stringify(message), JSON.stringify(file))
  })

  it("drop earlier thinking with a notice, or keep it", () => {
    const turns = [{ role: "assistant", parts: [{ type: "reasoning", text: "hm" }, text("a")] }] as const
    const { body, notices } = encoded({ turns })
    check(body.messages, { role: "assistant", content: "a" })
    assert.deepStrictEqual(codes({ notices }), ["reasoning-dropped"])
    check(messages(turns, { reasoningHistory: "reasoning_content" }), {
      role: "assistant",
      content: "a",
      reasoning_content: "hm"
    })
  })

  it("have the arguments of earlier calls as they were written, if that is JSON", () => {
    const written = (input: JsonObject, rawText: string) => {
      const turns = [
        { role: "assistant", parts: [{ type: "tool-call", id: "c", name: "ls", input, rawText }] }
      ] as const
      const { body, notices } = encoded({ turns })
      const [message] = body.messages
      const calls = message?.role === "assistant" ? message.tool_calls : undefined
      return [calls?.[0]?.function.arguments, codes({ notices })]
    }
    assert.deepStrictEqual(written({ a: 1 }, '{ "a": 1 }'), ['{ "a": 1 }', []])
    assert.deepStrictEqual(written({ a: 1 }, "<parameter=a>1</parameter>"), ['{"a":1}', []])
    assert.deepStrictEqual(written({}, '{"a":'), ["{}", ["arguments-not-sent"]])
  })

  it("mark results of tools that failed", () => {
    const failed: Part = { type: "tool-result", callId: "call_1", parts: [text("no")], isError: true }
    check(messages([{ role: "user", parts: [failed] }]), {
      role: "tool",
      tool_call_id: "call_1",
      content: "[error]\nno"
    })
  })
})

describe("content", () => {
  it("comes back from the wire as it was, where the dialect can say it", () => {
    const body = {
      model: "qwen",
      messages: [
        { role: "system", content: "s" },
        { role: "user", content: "a" },
        {
          role: "assistant",
          content: "b",
          tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: '{"x":1}' } }]
        },
        { role: "tool", tool_call_id: "c", content: "d" },
        { role: "user", content: "e" }
      ],
      tools: [{ type: "function", function: { name: "f", description: "d", parameters: { type: "object" } } }],
      tool_choice: "required",
      max_tokens: 5,
      stop: ["x"],
      temperature: 0.5,
      stream: true,
      stream_options: { include_usage: true }
    }
    assert.deepStrictEqual<object>(encodeRequest(decoded(body), { model: "qwen" }).body, body)
  })
})
