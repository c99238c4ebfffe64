import { assert, describe, it } from "@effect/vitest"
import { InvalidRequest, Overloaded, PromptTooLong } from "@pensieve/errors"
import { openaiChat } from "@pensieve/translator"
import { decoded } from "./decoded.ts"

describe("errors", () => {
  it("have the API's envelope and status", () => {
    assert.deepStrictEqual(openaiChat.encodeError(new Overloaded({ message: "no memory" })), {
      status: 529,
      body: { error: { message: "no memory", type: "server_error", param: null, code: "overloaded" } }
    })
  })

  it("name the field as the API does", () => {
    const error = new InvalidRequest({ message: "x", field: "messages.1.tool_calls.0.id" })
    assert.strictEqual(openaiChat.encodeError(error).body.error.param, "messages[1].tool_calls[0].id")
  })

  it("say by code that the prompt is too long", () => {
    const { status, body } = openaiChat.encodeError(new PromptTooLong({ promptTokens: 2, window: 1 }))
    assert.strictEqual(status, 400)
    assert.deepInclude(body.error, { code: "context_length_exceeded", param: "messages" })
  })
})

describe("models", () => {
  const entry = { id: "local", displayName: "Qwen", createdAt: "2026-01-01T00:00:00Z", window: 32768 }

  it("are told with the fields of the API, from the entry other dialects take", () => {
    assert.deepStrictEqual(openaiChat.encodeModel(entry), {
      id: "local",
      object: "model",
      created: 1_767_225_600,
      owned_by: "pensieve"
    })
    assert.strictEqual(openaiChat.encodeModel({ ...entry, createdAt: "long ago", ownedBy: "me" }).created, 0)
  })

  it("come as a list, also when there are none", () => {
    assert.deepStrictEqual(openaiChat.encodeModels([]), { object: "list", data: [] })
    assert.strictEqual(openaiChat.encodeModels([entry, entry]).data.length, 2)
  })
})

describe("the options of a stream", () => {
  const call = { id: "call_1", type: "function", function: { name: "n", arguments: "{}" } }

  it("come from the conversation", () => {
    const conversation = decoded({
      model: "local",
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: "user", content: "a" },
        { role: "assistant", tool_calls: [call] }
      ]
    })
    assert.deepStrictEqual(openaiChat.streamOptions(conversation, "chatcmpl-1", 7), {
      id: "chatcmpl-1",
      model: "local",
      created: 7,
      includeUsage: true,
      display: "full",
      logprobs: false,
      toolIds: ["call_1"]
    })
    assert.isFalse(openaiChat.streamOptions(decoded({}), "c", 7).includeUsage)
  })
})
