import { assert, describe, it } from "@effect/vitest"
import type { Conversation } from "@pensieve/models"
import { decodeRequest, encodeRequest } from "@pensieve/translator/openai-responses"
import { Result } from "effect"
import OpenAI from "openai"

/** The Conversation of what the official SDK really sends for these parameters. */
const sentBySdk = async (params: OpenAI.Responses.ResponseCreateParamsNonStreaming): Promise<Conversation> => {
  let body: unknown
  const client = new OpenAI({
    apiKey: "unused",
    baseURL: "http://unused.invalid/v1",
    maxRetries: 0,
    fetch: (_, init) => {
      body = JSON.parse(String(init?.body))
      return Promise.resolve(
        new Response('{"output":[]}', { status: 200, headers: { "content-type": "application/json" } })
      )
    }
  })
  await client.responses.create(params)
  return Result.getOrThrow(decodeRequest(body, { headers: {} }))
}

const parameters = { type: "object", properties: { path: { type: "string" } }, required: ["path"] }

const params: OpenAI.Responses.ResponseCreateParamsNonStreaming = {
  model: "local",
  instructions: "Be brief.",
  input: [
    {
      type: "message",
      role: "user",
      content: [
        { type: "input_text", text: "What is this?" },
        { type: "input_image", image_url: "data:image/png;base64,AA", detail: "auto" },
        { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" }
      ]
    },
    { type: "function_call", call_id: "call_1", name: "ls", arguments: '{"path":"/"}' },
    { type: "function_call_output", call_id: "call_1", output: "bin" },
    { type: "message", role: "developer", content: [{ type: "input_text", text: "Hurry." }] }
  ],
  tools: [{ type: "function", name: "ls", description: "Lists.", parameters, strict: false }],
  tool_choice: "required",
  parallel_tool_calls: false,
  max_output_tokens: 100,
  temperature: 0.2,
  top_p: 0.9,
  text: { format: { type: "json_schema", name: "answer", schema: parameters, strict: true } },
  reasoning: { effort: "low", summary: "auto" },
  include: ["reasoning.encrypted_content"],
  prompt_cache_key: "k",
  store: false
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
        ["user", ["tool-result"]],
        ["system", ["text"]]
      ]
    )
  })

  it("reaches an upstream as the SDK said it, also when it is written anew", async () => {
    const source = { dialect: "none", body: {} }
    const { body, notices } = encodeRequest({ ...(await sentBySdk(params)), source }, { model: "local", stream: false })
    assert.deepStrictEqual(notices, [])
    assert.deepStrictEqual<object>(body, { ...params, stream: false })
  })
})
