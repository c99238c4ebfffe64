import Anthropic from "@anthropic-ai/sdk"
import { assert, describe, it } from "@effect/vitest"
import type { Conversation } from "@pensieve/models"
import { decodeRequest, encodeRequest } from "@pensieve/translator/anthropic"
import { Result } from "effect"

/** The Conversation of what the official SDK really sends for these parameters. */
const sentBySdk = async (params: Anthropic.MessageCreateParamsNonStreaming): Promise<Conversation> => {
  let body: unknown
  const client = new Anthropic({
    apiKey: "unused",
    baseURL: "http://unused.invalid",
    maxRetries: 0,
    fetch: (_, init) => {
      body = JSON.parse(String(init?.body))
      return Promise.resolve(new Response("{}", { status: 200, headers: { "content-type": "application/json" } }))
    }
  })
  await client.messages.create(params)
  return Result.getOrThrow(decodeRequest(body, { headers: {} }))
}

const input_schema = { type: "object" as const, properties: { path: { type: "string" } }, required: ["path"] }

const params: Anthropic.MessageCreateParamsNonStreaming = {
  model: "claude-local",
  max_tokens: 9000,
  system: [{ type: "text", text: "Be brief." }],
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image", source: { type: "base64", media_type: "image/png", data: "AA" } },
        { type: "image", source: { type: "url", url: "https://example.invalid/a.png" } },
        { type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBE" }, title: "a.pdf" },
        { type: "document", source: { type: "text", media_type: "text/plain", data: "words" } }
      ]
    },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "hm", signature: "EqQB" },
        { type: "text", text: "Let me see." },
        { type: "tool_use", id: "toolu_1", name: "ls", input: { path: "/" } },
        { type: "tool_use", id: "toolu_2", name: "ls", input: { path: "/nowhere" } }
      ]
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "bin" }] },
        { type: "tool_result", tool_use_id: "toolu_2", content: [{ type: "text", text: "no" }], is_error: true }
      ]
    }
  ],
  tools: [{ name: "ls", description: "Lists.", input_schema }],
  tool_choice: { type: "auto", disable_parallel_tool_use: true },
  thinking: { type: "adaptive", display: "summarized" },
  output_config: { effort: "low", format: { type: "json_schema", schema: { type: "object" } } },
  stop_sequences: ["END"]
}

describe("what the official SDK sends", () => {
  it("is understood as a whole, with nothing to notice", async () => {
    const conversation = await sentBySdk(params)
    assert.deepStrictEqual(conversation.notices, [])
    assert.deepStrictEqual(
      conversation.turns.map(({ role, parts }) => [role, parts.map((part) => part.type)]),
      [
        ["user", ["text", "image", "image", "document", "document"]],
        ["assistant", ["reasoning", "text", "tool-call", "tool-call"]],
        ["user", ["tool-result", "tool-result"]]
      ]
    )
  })

  it("reaches an upstream as the SDK said it, also when it is written anew", async () => {
    const source = { dialect: "none", body: {} }
    const { body, notices } = encodeRequest(
      { ...(await sentBySdk(params)), source },
      { model: "claude-local", stream: false }
    )
    assert.deepStrictEqual(notices, [])
    assert.deepStrictEqual<object>(body, { ...params, stream: false })
  })
})
