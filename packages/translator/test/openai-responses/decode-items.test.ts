import { assert, describe, it } from "@effect/vitest"
import type { Part } from "@pensieve/models"
import { codes, decoded, partsOf, refusal } from "./decoded.ts"

const turnsOf = (...input: ReadonlyArray<unknown>) => decoded({ input }).turns
const call = (id: string) => ({ type: "function_call", call_id: id, name: "f", arguments: '{"a":1}' })
const output = (id: string) => ({ type: "function_call_output", call_id: id, output: "done" })
const said = (text: string) => ({
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text, annotations: [] }]
})

const callPart = (id: string): Part => ({ type: "tool-call", id, name: "f", input: { a: 1 } })
const resultPart = (id: string): Part => ({
  type: "tool-result",
  callId: id,
  parts: [{ type: "text", text: "done" }],
  isError: false
})

describe("input", () => {
  it("of one string is one user turn", () => {
    assert.deepStrictEqual(decoded({ input: "hi" }).turns, [{ role: "user", parts: [{ type: "text", text: "hi" }] }])
  })

  it("keeps each message of a user or a developer as a turn of its own, with or without type", () => {
    const turns = turnsOf(
      { role: "developer", content: "a" },
      { type: "message", role: "system", content: [{ type: "input_text", text: "b" }] },
      { role: "user", content: "c" },
      { role: "user", content: "d" }
    )
    assert.deepStrictEqual(
      turns.map((turn) => turn.role),
      ["system", "system", "user", "user"]
    )
  })

  it("makes one assistant turn of what the assistant said and called in a row, one user turn of the outputs", () => {
    const thought = {
      type: "reasoning",
      id: "rs",
      summary: [{ type: "summary_text", text: "hm" }],
      encrypted_content: "e"
    }
    assert.deepStrictEqual(
      turnsOf(
        { role: "user", content: "go" },
        said("a"),
        thought,
        call("1"),
        call("2"),
        output("2"),
        output("1"),
        said("b")
      ),
      [
        { role: "user", parts: [{ type: "text", text: "go" }] },
        {
          role: "assistant",
          parts: [
            { type: "text", text: "a" },
            { type: "reasoning", text: "hm", signature: "openai-responses:e" },
            callPart("1"),
            callPart("2")
          ]
        },
        { role: "user", parts: [resultPart("2"), resultPart("1")] },
        { role: "assistant", parts: [{ type: "text", text: "b" }] }
      ]
    )
  })

  it("does not join a user's message to the outputs before it", () => {
    assert.deepStrictEqual(
      turnsOf(call("1"), output("1"), { role: "user", content: "stop" }, output("2")).map((turn) => turn.parts.length),
      [1, 1, 1, 1]
    )
  })

  it("keeps developer messages in the middle where they are", () => {
    const roles = turnsOf(
      { role: "user", content: "a" },
      said("b"),
      { role: "developer", content: "c" },
      { role: "user", content: "d" }
    )
    assert.deepStrictEqual(
      roles.map((turn) => turn.role),
      ["user", "assistant", "system", "user"]
    )
  })

  it("keeps unknown items opaque, in the turn of who made them", () => {
    const search = { type: "web_search_call", id: "ws", status: "completed", action: { type: "search", query: "q" } }
    const result = { type: "local_shell_call_output", id: "x", output: "o" }
    const conversation = decoded({ input: [search, call("1"), result] })
    assert.deepStrictEqual(conversation.turns, [
      { role: "assistant", parts: [{ type: "opaque", wireType: "web_search_call", value: search }, callPart("1")] },
      { role: "user", parts: [{ type: "opaque", wireType: "local_shell_call_output", value: result }] }
    ])
    assert.deepStrictEqual(codes(conversation), ["item-opaque", "item-opaque"])
  })

  it("keeps arguments that are no JSON object as text, so that a session goes on after a model's mistake", () => {
    const conversation = decoded({ input: [{ ...call("1"), arguments: "{oops" }] })
    assert.deepStrictEqual(conversation.turns[0]?.parts, [
      { type: "tool-call", id: "1", name: "f", input: { arguments: "{oops" }, rawText: "{oops" }
    ])
    assert.deepStrictEqual(codes(conversation), ["arguments-not-json"])
    assert.deepStrictEqual(turnsOf({ ...call("1"), arguments: "" })[0]?.parts, [
      { type: "tool-call", id: "1", name: "f", input: {} }
    ])
  })

  it("reads calls of custom tools and their outputs", () => {
    const custom = { type: "custom_tool_call", call_id: "1", name: "patch", input: "*** Begin" }
    const parts = turnsOf(custom, {
      type: "custom_tool_call_output",
      call_id: "1",
      output: [{ type: "input_text", text: "done" }]
    })
    assert.deepStrictEqual(parts, [
      { role: "assistant", parts: [{ type: "tool-call", id: "1", name: "patch", input: { input: "*** Begin" } }] },
      { role: "user", parts: [resultPart("1")] }
    ])
  })

  it("names calls into a namespace as the model saw them", () => {
    const tools = [{ type: "namespace", name: "agents", tools: [{ type: "function", name: "f", parameters: {} }] }]
    const names = decoded({
      tools,
      input: [{ ...call("1"), namespace: "agents" }, { ...call("2"), namespace: "gone" }, call("3")]
    })
    const parts = names.turns[0]?.parts ?? []
    assert.deepStrictEqual(
      parts.map((part) => (part.type === "tool-call" ? part.name : "")),
      ["agents__f", "gone__f", "f"]
    )
  })

  it("takes the whole thought where it is known, and says so", () => {
    const thought = {
      type: "reasoning",
      summary: [{ type: "summary_text", text: "short" }],
      content: [
        { type: "reasoning_text", text: "a" },
        { type: "reasoning_text", text: "b" }
      ]
    }
    const conversation = decoded({ input: [thought] })
    assert.deepStrictEqual(conversation.turns[0]?.parts, [{ type: "reasoning", text: "a\n\nb" }])
    assert.deepStrictEqual(codes(conversation), ["summary-left-out"])
  })

  it("refuses references to items, by name or by shape", () => {
    for (const item of [{ type: "item_reference", id: "msg_1" }, { id: "msg_1" }]) {
      const error = refusal({ input: [{ role: "user", content: "a" }, item] })
      assert.strictEqual(error?.field, "input[1]")
      assert.include(error?.message, "send the item itself")
    }
  })

  it.each([
    [{ input: [] }, "input"],
    [{ input: 7 }, "input"],
    [{ input: undefined }, "input"],
    [{ input: ["a"] }, "input[0]"],
    [{ input: [{ role: "robot", content: "a" }] }, "input[0].role"],
    [{ input: [{ role: "user" }] }, "input[0].content"],
    [{ input: [{ role: "user", content: [{ type: "input_text" }] }] }, "input[0].content[0].text"],
    [{ input: [{ role: "user", content: [{ type: "input_image" }] }] }, "input[0].content[0].image_url"],
    [{ input: [{ role: "user", content: [{ type: "input_file" }] }] }, "input[0].content[0].file_data"],
    [{ input: [{ role: "user", content: [7] }] }, "input[0].content[0]"],
    [{ input: [{ type: "function_call", name: "f", arguments: "{}" }] }, "input[0].call_id"],
    [{ input: [{ type: "function_call_output", call_id: "1", output: [{}] }] }, "input[0].output[0].type"]
  ])("names the field that is wrong: %j", (fields, field) => {
    assert.strictEqual(refusal(fields)?.field, field)
  })
})

describe("content parts", () => {
  it("of text are text, whoever speaks, refusals too", () => {
    const content = [
      { type: "input_text", text: "a" },
      { type: "output_text", text: "b", annotations: [], logprobs: [] },
      { type: "text", text: "c" },
      { type: "refusal", refusal: "d" }
    ]
    assert.deepStrictEqual(
      partsOf(content),
      ["a", "b", "c", "d"].map((text) => ({ type: "text", text }))
    )
  })

  it("of images keep where the bytes are", () => {
    const sources = [
      { image_url: "data:image/png;base64,AAAA" },
      { image_url: "http://x/a.png" },
      { file_id: "file-1", image_url: null }
    ].map((source) => partsOf([{ type: "input_image", detail: "auto", ...source }])?.[0])
    assert.deepStrictEqual(sources, [
      { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AAAA" } },
      { type: "image", source: { kind: "url", url: "http://x/a.png" } },
      { type: "image", source: { kind: "file", id: "file-1" } }
    ])
  })

  it("of files keep bytes and name", () => {
    const sources = [
      { file_data: "data:application/pdf;base64,JVBE", filename: "a.pdf" },
      { file_data: "JVBE" },
      { file_url: "http://x/a.pdf" },
      { file_id: "file-1" }
    ].map((source) => partsOf([{ type: "input_file", ...source }])?.[0])
    assert.deepStrictEqual(sources, [
      { type: "document", source: { kind: "base64", mediaType: "application/pdf", data: "JVBE" }, title: "a.pdf" },
      { type: "document", source: { kind: "base64", mediaType: "application/octet-stream", data: "JVBE" } },
      { type: "document", source: { kind: "url", url: "http://x/a.pdf" } },
      { type: "document", source: { kind: "file", id: "file-1" } }
    ])
  })

  it("of unknown types stay opaque", () => {
    const part = { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } }
    const conversation = decoded({ input: [{ role: "user", content: [part] }] })
    assert.deepStrictEqual(conversation.turns[0]?.parts, [{ type: "opaque", wireType: "input_audio", value: part }])
    assert.deepStrictEqual(codes(conversation), ["part-opaque"])
  })

  it("note what is not done with them", () => {
    const content = [
      { type: "input_image", image_url: "http://x", detail: "high" },
      { type: "output_text", text: "a", annotations: [{ type: "url_citation" }] },
      { type: "input_text", text: "a", mood: "good" }
    ]
    assert.deepStrictEqual(codes(decoded({ input: [{ role: "user", content }] })), [
      "detail-ignored",
      "annotations-ignored",
      "field-ignored"
    ])
  })
})
