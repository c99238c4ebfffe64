import { assert, describe, it } from "@effect/vitest"
import type { Conversation, Part } from "@pensieve/models"
import { encodeRequest, type RequestOptions } from "@pensieve/translator/anthropic"
import { assistant, call, codesOf, conversationOf, image, result, system, text, tool, user } from "../conversation.ts"

const encoded = (turns: Conversation["turns"], options: Partial<RequestOptions> = {}) =>
  encodeRequest(conversationOf({ turns, tools: [tool("ls")] }), { model: "claude", ...options })

const said = (words: string) => ({ type: "text", text: words })
const check = (turns: Conversation["turns"], ...messages: ReadonlyArray<object>): void =>
  assert.deepStrictEqual<unknown>(encoded(turns).body.messages, messages)

/** The blocks of the only user message. */
const blocks = (...parts: ReadonlyArray<Part>) => {
  const { body, ...rest } = encoded([user(...parts)])
  return { sent: JSON.parse(JSON.stringify(body)).messages[0].content, codes: codesOf(rest) }
}

describe("turns", () => {
  it("of one role in a row are one message", () => {
    check(
      [user(text("a")), user(text("b")), assistant(text("c")), assistant(text("d")), user(text("e"))],
      { role: "user", content: [said("a"), said("b")] },
      { role: "assistant", content: [said("c"), said("d")] },
      { role: "user", content: [said("e")] }
    )
  })

  it("of the system are the user's words, or stay where they are for models that take them", () => {
    const turns = [user(text("a")), system(text("s")), assistant(text("b")), system(text("t")), user(text("c"))]
    const folded = (words: string) => said(`<system-reminder>\n${words}\n</system-reminder>`)
    check(
      turns,
      { role: "user", content: [said("a"), folded("s")] },
      { role: "assistant", content: [said("b")] },
      { role: "user", content: [folded("t"), said("c")] }
    )
    assert.deepStrictEqual<unknown>(encoded(turns, { systemTurns: "in-place" }).body.messages, [
      { role: "user", content: [said("a")] },
      { role: "system", content: [said("s")] },
      { role: "assistant", content: [said("b")] },
      { role: "user", content: [folded("t"), said("c")] }
    ])
  })

  it("that begin with the assistant get a user before them", () => {
    const request = encoded([assistant(text("Hello!")), user(text("a"))])
    assert.match(JSON.stringify(request.body.messages), /^\[\{"role":"user".*"Hello!"/)
    assert.deepStrictEqual(codesOf(request), ["user-turn-added"])
  })

  it("without anything but white space are not sent", () => {
    check([user(text("a")), assistant(text(" \n")), user(text("")), user(text("b"))], {
      role: "user",
      content: [said("a"), said("b")]
    })
  })

  it("at the end are the beginning of the answer, without white space behind it", () => {
    check(
      [user(text("a")), assistant(text("Once \n"))],
      { role: "user", content: [said("a")] },
      {
        role: "assistant",
        content: [said("Once")]
      }
    )
  })
})

describe("calls and results", () => {
  const called = { type: "tool_use", id: "c1", name: "ls", input: { path: "/" } }
  const given = (id: string, ...content: ReadonlyArray<object>) => ({ type: "tool_result", tool_use_id: id, content })

  it("stand as blocks, results first and by their id", () => {
    check(
      [
        user(text("go")),
        assistant(text("so"), call("c1", "ls", { path: "/" }), call("c2", "ls")),
        user(text("and?"), result("c2", text("two")), result("c1", text("one")))
      ],
      { role: "user", content: [said("go")] },
      { role: "assistant", content: [said("so"), called, { type: "tool_use", id: "c2", name: "ls", input: {} }] },
      { role: "user", content: [given("c2", said("two")), given("c1", said("one")), said("and?")] }
    )
  })

  it("say that a tool failed", () => {
    const failed: Part = { type: "tool-result", callId: "c1", parts: [text("no such file")], isError: true }
    const { body } = encoded([user(text("go")), assistant(call("c1", "ls")), user(failed)])
    assert.include(JSON.stringify(body), '"content":[{"type":"text","text":"no such file"}],"is_error":true')
  })

  it("keep pictures pictures and documents documents", () => {
    const pdf: Part = {
      type: "document",
      title: "a.pdf",
      source: { kind: "base64", mediaType: "application/pdf", data: "JVBE" }
    }
    const { body, ...rest } = encoded([
      user(text("go")),
      assistant(call("c1", "ls")),
      user(result("c1", text("see"), image("image/png"), pdf))
    ])
    const { messages } = JSON.parse(JSON.stringify(body))
    assert.deepStrictEqual(messages[2].content[0].content, [
      said("see"),
      { type: "image", source: { type: "base64", media_type: "image/png", data: "AA" } },
      { type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBE" }, title: "a.pdf" }
    ])
    assert.deepStrictEqual(codesOf(rest), [])
  })

  it("of a conversation that was broken off are made whole, with a notice", () => {
    const request = encoded([user(text("go")), assistant(call("c1", "ls")), user(text("never mind"))])
    assert.match(JSON.stringify(request.body.messages), /"tool_use_id":"c1".*"is_error":true.*"never mind"/)
    assert.deepStrictEqual(codesOf(request), ["result-missing"])
    assert.deepStrictEqual(codesOf(encoded([user(text("go")), assistant(call("c1", "ls"))])), ["result-missing"])
  })

  it("that belong to no call are the user's words, with a notice", () => {
    const request = encoded([user(result("gone", text("old"))), assistant(text("a")), user(text("b"))])
    check([user(result("gone", text("old")))], {
      role: "user",
      content: [said("Result of the tool call gone:"), said("old")]
    })
    assert.deepStrictEqual(codesOf(request), ["result-as-text"])
  })
})

describe("thoughts", () => {
  const thought = (signature?: string): Part => ({
    type: "reasoning",
    text: "hm",
    ...(signature === undefined ? {} : { signature })
  })

  it("go back to the service that signed them", () => {
    check(
      [user(text("a")), assistant(thought("EqQB"), text("b")), user(text("c"))],
      { role: "user", content: [said("a")] },
      { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: "EqQB" }, said("b")] },
      { role: "user", content: [said("c")] }
    )
  })

  it("that only the service can read go back too", () => {
    const value = { type: "redacted_thinking", data: "EmwK" }
    const request = encoded([
      user(text("a")),
      assistant({ type: "opaque", wireType: "redacted_thinking", value }, text("b"))
    ])
    assert.deepInclude(request.body.messages, { role: "assistant", content: [value, said("b")] })
  })

  it.each([undefined, "openai-responses:gAAA"])("of others are not sent, with a notice: %s", (signature) => {
    const request = encoded([user(text("a")), assistant(thought(signature), text("b")), user(text("c"))])
    assert.notInclude(JSON.stringify(request.body), "hm")
    assert.deepStrictEqual(codesOf(request), ["reasoning-dropped"])
  })
})

describe("pictures and documents", () => {
  it("are sent from wherever their bytes are", () => {
    const { sent, codes } = blocks(
      image("image/webp"),
      { type: "image", source: { kind: "url", url: "https://x/y.png" } },
      { type: "image", source: { kind: "file", id: "file_1" } },
      { type: "document", source: { kind: "url", url: "https://x/y.pdf" } },
      { type: "document", title: "t", source: { kind: "text", mediaType: "text/markdown", text: "# words" } },
      { type: "document", source: { kind: "base64", mediaType: "text/csv", data: "YSxi" } }
    )
    assert.deepStrictEqual(
      sent.map((block: { source: object }) => block.source),
      [
        { type: "base64", media_type: "image/webp", data: "AA" },
        { type: "url", url: "https://x/y.png" },
        { type: "file", file_id: "file_1" },
        { type: "url", url: "https://x/y.pdf" },
        { type: "text", media_type: "text/plain", data: "# words" },
        { type: "text", media_type: "text/plain", data: "a,b" }
      ]
    )
    assert.deepStrictEqual(codes, [])
  })

  it("of a kind the API does not read are placeholders, with a notice", () => {
    const { sent, codes } = blocks(image("image/bmp"), {
      type: "document",
      source: { kind: "base64", mediaType: "application/zip", data: "UEsD" }
    })
    assert.deepStrictEqual(sent, [said("[image not shown: image/bmp]"), said("[document not shown: application/zip]")])
    assert.deepStrictEqual(codes, ["image-not-sent", "document-not-sent"])
  })

  it("that nobody knows are shown as JSON, with a notice", () => {
    const { sent, codes } = blocks({
      type: "opaque",
      wireType: "input_audio",
      value: { type: "input_audio", data: "AA" }
    })
    assert.deepStrictEqual(sent, [said('{"type":"input_audio","data":"AA"}')])
    assert.deepStrictEqual(codes, ["part-as-json"])
  })
})
