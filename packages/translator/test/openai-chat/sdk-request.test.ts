import { assert, describe, it } from "@effect/vitest"
import type { Conversation } from "@pensieve/models"
import { decodeRequest, encodeRequest } from "@pensieve/translator/openai-chat"
import { Result } from "effect"
import OpenAI from "openai"

/** The Conversation of what the official SDK really sends for these parameters. */
const sentBySdk = async (params: OpenAI.Chat.ChatCompletionCreateParamsNonStreaming): Promise<Conversation> => {
  let body: unknown
  const client = new OpenAI({
    apiKey: "unused",
    baseURL: "http://unused.invalid/v1",
    maxRetries: 0,
    fetch: (_, init) => {
      body = JSON.parse(String(init?.body))
      return Promise.resolve(new Response("{}", { status: 200, headers: { "content-type": "application/json" } }))
    }
  })
  await client.chat.completions.create(params)
  return Result.getOrThrow(decodeRequest(body, { headers: {} }))
}

const parameters = { type: "object", properties: { path: { type: "string" } }, required: ["path"] }

const params: OpenAI.Chat.ChatCompletionCreateParamsNonStreaming = {
  model: "local",
  messages: [
    { role: "developer", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AA" } },
        { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" } }
      ]
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "call_1", type: "function", function: { name: "ls", arguments: '{"path":"/"}' } }]
    },
    { role: "tool", tool_call_id: "call_1", content: "bin" }
  ],
  tools: [{ type: "function", function: { name: "ls", description: "Lists.", parameters, strict: true } }],
  tool_choice: "auto",
  parallel_tool_calls: false,
  response_format: { type: "json_schema", json_schema: { name: "answer", schema: parameters, strict: true } },
  max_completion_tokens: 100,
  stop: ["END"],
  temperature: 0.2,
  top_p: 0.9,
  seed: 7,
  n: 1,
  presence_penalty: 0.1,
  frequency_penalty: 0.2,
  reasoning_effort: "low",
  prompt_cache_key: "k"
}

describe("what the official SDK sends", () => {
  it("is understood as a whole, with nothing to notice", async () => {
    const conversation = await sentBySdk(params)
    assert.deepStrictEqual(conversation.notices, [])
    assert.deepStrictEqual(
      conversation.turns.map(({ role, parts }) => [role, parts.map((part) => part.type)]),
      [
        ["user", ["text", "image", "document"]],
        ["assistant", ["tool-call"]],
        ["user", ["tool-result"]]
      ]
    )
  })

  it("reaches an upstream that takes everything as the SDK said it", async () => {
    const { body, notices } = encodeRequest(await sentBySdk(params), {
      model: "local",
      stream: false,
      maxTokensField: "max_completion_tokens",
      systemRole: "developer",
      reasoningControl: "effort",
      files: true,
      promptCacheKey: true
    })
    assert.deepStrictEqual(notices, [])
    // Defaults need not be said; a Conversation does not know which tools are strict.
    const { n: _one, tool_choice: _auto, tools: _tools, ...said } = params
    const { tools, ...sent } = body
    assert.deepStrictEqual<object>(sent, { ...said, stream: false })
    assert.deepStrictEqual<object | undefined>(tools, [
      { type: "function", function: { name: "ls", description: "Lists.", parameters } }
    ])
  })
})
