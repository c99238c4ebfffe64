import { assert, describe, it } from "@effect/vitest"
import type { ToolCallPart, ToolResultPart } from "@pensieve/models"
import { decodeRequest } from "@pensieve/translator/openai-chat"
import { Result } from "effect"
import { codes, decoded, refusal } from "./decoded.ts"

const call = { id: "call_1", type: "function", function: { name: "ls", arguments: '{"path":"/"}' } }
const part: ToolCallPart = { type: "tool-call", id: "call_1", name: "ls", input: { path: "/" } }
const result = (callId: string, text: string): ToolResultPart => ({
  type: "tool-result",
  callId,
  parts: [{ type: "text", text }],
  isError: false
})

describe("a request", () => {
  it("with the least fields has the API's defaults", () => {
    assert.deepStrictEqual(decoded({}), {
      model: "m",
      system: [],
      turns: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
      tools: [],
      toolChoice: { type: "auto" },
      parallelToolCalls: true,
      sampling: {},
      reasoning: { mode: "auto", display: "full" },
      output: { type: "text" },
      stopSequences: [],
      stream: false,
      hints: { requestClass: "main", cacheBreakpoints: [] },
      notices: [],
      source: { dialect: "openai-chat", body: { model: "m", messages: [{ role: "user", content: "hi" }] } }
    })
  })

  it("takes null for absent", () => {
    assert.deepStrictEqual(decoded({ stop: null, tools: null, temperature: null, max_tokens: null }).notices, [])
  })

  it("tolerates unknown fields and says so", () => {
    const { notices } = decoded({ store: true, metadata: { a: "b" } })
    assert.deepStrictEqual(
      notices.map((notice) => notice.field),
      ["store", "metadata"]
    )
  })

  it("that is no object is refused", () => {
    for (const body of [null, 1, "x", []]) assert.isTrue(Result.isFailure(decodeRequest(body, { headers: {} })))
  })

  it.each([
    [{ model: undefined }, "model", "Missing required parameter: 'model'."],
    [{ messages: "hi" }, "messages", "Invalid 'messages': expected an array."],
    [{ messages: [] }, "messages", "Invalid 'messages': expected at least one message."],
    [{ messages: [{ content: "x" }] }, "messages.0.role", "Missing required parameter: 'messages[0].role'."],
    [{ messages: [{ role: "user" }] }, "messages.0.content", "Missing required parameter: 'messages[0].content'."],
    [
      { messages: [{ role: "user", content: 1 }] },
      "messages.0.content",
      "Invalid 'messages[0].content': expected a string or an array of parts."
    ],
    [
      { messages: [{ role: "tool", content: "x" }] },
      "messages.0.tool_call_id",
      "Missing required parameter: 'messages[0].tool_call_id'."
    ],
    [{ temperature: 3 }, "temperature", "Invalid 'temperature': expected a value <= 2."],
    [{ n: 2 }, "n", "Invalid 'n': only one answer a request is given; send the request several times."],
    [{ modalities: ["text", "audio"] }, "modalities", "Invalid 'modalities': answers are text; audio cannot be made."]
  ])("names the field that is wrong: %j", (fields, field, message) => {
    assert.deepStrictEqual(refusal(fields), { message, field })
  })
})

describe("messages", () => {
  it("begin with instructions, by either name, and keep later ones in place", () => {
    const { system, turns } = decoded({
      messages: [
        { role: "system", content: "a" },
        { role: "developer", content: [{ type: "text", text: "b" }] },
        { role: "user", content: "c" },
        { role: "developer", content: "d" }
      ]
    })
    assert.deepStrictEqual(system, [
      { type: "text", text: "a" },
      { type: "text", text: "b" }
    ])
    assert.deepStrictEqual(
      turns.map((turn) => turn.role),
      ["user", "system"]
    )
  })

  it("are never all instructions: somebody must speak", () => {
    assert.deepStrictEqual(decoded({ messages: [{ role: "system", content: "a" }] }).turns, [
      { role: "system", parts: [{ type: "text", text: "a" }] }
    ])
  })

  it("of the assistant hold thinking, words, refusal and calls, in this order", () => {
    const message = { role: "assistant", content: "w", reasoning_content: "t", refusal: "no", tool_calls: [call] }
    assert.deepStrictEqual(decoded({ messages: [message] }).turns[0]?.parts, [
      { type: "reasoning", text: "t" },
      { type: "text", text: "w" },
      { type: "text", text: "no" },
      part
    ])
  })

  it("of tools, one after the other, are one turn", () => {
    const messages = [
      { role: "user", content: "go" },
      { role: "assistant", content: null, tool_calls: [call, { ...call, id: "call_2" }] },
      { role: "tool", tool_call_id: "call_2", content: "two" },
      { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "one" }] },
      { role: "user", content: "well?" }
    ]
    assert.deepStrictEqual(decoded({ messages }).turns.slice(1), [
      { role: "assistant", parts: [part, { ...part, id: "call_2" }] },
      { role: "user", parts: [result("call_2", "two"), result("call_1", "one")] },
      { role: "user", parts: [{ type: "text", text: "well?" }] }
    ])
  })

  it("keep the arguments as they were written where that is not how we write them", () => {
    const parts = (json: string) =>
      decoded({
        messages: [{ role: "assistant", tool_calls: [{ ...call, function: { name: "ls", arguments: json } }] }]
      })
    assert.deepStrictEqual(parts('{"path": "/"}').turns[0]?.parts, [{ ...part, rawText: '{"path": "/"}' }])
    assert.deepStrictEqual(parts("").turns[0]?.parts, [{ ...part, input: {} }])
    const broken = parts('{"path":')
    assert.deepStrictEqual(broken.turns[0]?.parts, [{ ...part, input: {}, rawText: '{"path":' }])
    assert.deepStrictEqual(codes(broken), ["arguments-unreadable"])
  })

  it("of the older form find their answers by name", () => {
    const messages = [
      { role: "user", content: "go" },
      { role: "assistant", content: null, function_call: { name: "ls", arguments: '{"path":"/"}' } },
      { role: "function", name: "ls", content: "x" },
      { role: "assistant", content: null, function_call: { name: "ls", arguments: "{}" } },
      { role: "function", name: "ls", content: "y" }
    ]
    assert.deepStrictEqual(decoded({ messages }).turns.slice(1), [
      { role: "assistant", parts: [{ ...part, id: "call_legacy_0" }] },
      { role: "user", parts: [result("call_legacy_0", "x")] },
      { role: "assistant", parts: [{ ...part, id: "call_legacy_1", input: {} }] },
      { role: "user", parts: [result("call_legacy_1", "y")] }
    ])
  })

  it("show a call with free text as one with an argument", () => {
    const custom = { id: "c", type: "custom", custom: { name: "sh", input: "ls -l" } }
    assert.deepStrictEqual(decoded({ messages: [{ role: "assistant", tool_calls: [custom] }] }).turns[0]?.parts, [
      { type: "tool-call", id: "c", name: "sh", input: { input: "ls -l" } }
    ])
  })

  it("name participants in vain, with a notice", () => {
    assert.deepStrictEqual(codes(decoded({ messages: [{ role: "user", name: "Ann", content: "x" }] })), [
      "name-ignored"
    ])
  })
})
