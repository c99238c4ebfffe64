import { assert, describe, it } from "@effect/vitest"
import { encodeResponse } from "@pensieve/translator/anthropic"
import { Result } from "effect"
import { codes, decoded, partsOf, refusal } from "./decoded.ts"

const inMessage = (block: object) => ({ messages: [{ role: "user", content: [block] }] })

describe("content blocks", () => {
  it("of images keep where the bytes are", () => {
    const base64 = { type: "base64", media_type: "image/png", data: "AAAA" }
    assert.deepStrictEqual(partsOf([{ type: "image", source: base64 }]), [
      { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AAAA" } }
    ])
    assert.deepStrictEqual(partsOf([{ type: "image", source: { type: "url", url: "http://x" } }]), [
      { type: "image", source: { kind: "url", url: "http://x" } }
    ])
    assert.deepStrictEqual(partsOf([{ type: "image", source: { type: "file", file_id: "f" } }]), [
      { type: "image", source: { kind: "file", id: "f" } }
    ])
  })

  it("of images with a source from the future stay opaque", () => {
    const block = { type: "image", source: { type: "hologram" } }
    assert.deepStrictEqual(partsOf([block]), [{ type: "opaque", wireType: "image", value: block }])
  })

  it("of text documents are readable", () => {
    const source = { type: "text", media_type: "text/plain", data: "words" }
    assert.deepStrictEqual(partsOf([{ type: "document", source, title: "T", context: "why" }]), [
      { type: "text", text: "why" },
      { type: "document", source: { kind: "text", mediaType: "text/plain", text: "words" }, title: "T" }
    ])
  })

  it("of documents made of blocks keep text and pictures", () => {
    const image = { type: "image", source: { type: "url", url: "http://x" } }
    const source = { type: "content", content: [{ type: "text", text: "a" }, image] }
    assert.deepStrictEqual(partsOf([{ type: "document", source }]), [
      { type: "document", source: { kind: "text", mediaType: "text/plain", text: "a" } },
      { type: "image", source: { kind: "url", url: "http://x" } }
    ])
  })

  it("of PDF documents keep the bytes", () => {
    const source = { type: "base64", media_type: "application/pdf", data: "JVBE" }
    assert.deepStrictEqual(partsOf([{ type: "document", source }]), [
      { type: "document", source: { kind: "base64", mediaType: "application/pdf", data: "JVBE" } }
    ])
  })

  it("of search results are documents that name their origin", () => {
    const content = [
      { type: "text", text: "a" },
      { type: "text", text: "b" }
    ]
    assert.deepStrictEqual(partsOf([{ type: "search_result", source: "http://x", title: "T", content }]), [
      { type: "document", source: { kind: "text", mediaType: "text/plain", text: "a\nb" }, title: "T (http://x)" }
    ])
  })

  it("of thinking keep text and the signature of another service", () => {
    assert.deepStrictEqual(partsOf([{ type: "thinking", thinking: "hm", signature: "EqQB" }]), [
      { type: "reasoning", text: "hm", signature: "EqQB" }
    ])
  })

  it.each([{}, { signature: "" }, { signature: null }])("of thinking may be unsigned: %j", (signature) => {
    assert.deepStrictEqual(partsOf([{ type: "thinking", thinking: "hm", ...signature }]), [
      { type: "reasoning", text: "hm" }
    ])
  })

  it("of thinking that we signed hold again what the client was not shown", () => {
    for (const display of ["full", "omitted"] as const) {
      const { content } = Result.getOrThrow(
        encodeResponse({ id: "msg_1", model: "m", display }, [
          { type: "reasoning-delta", text: "é🎉\u2028 hm" },
          { type: "finished", reason: "end-turn" }
        ])
      )
      assert.deepInclude(content[0], { type: "thinking", thinking: display === "full" ? "é🎉\u2028 hm" : "" })
      const { turns } = decoded({ messages: [{ role: "assistant", content }] })
      assert.deepStrictEqual(turns[0]?.parts, [{ type: "reasoning", text: "é🎉\u2028 hm" }])
    }
  })

  it("of calls keep the input as it came, keys in order", () => {
    const input = { b: 1, a: { "": null } }
    const [part] = partsOf([{ type: "tool_use", id: "t", name: "n", input, caller: { type: "direct" } }]) ?? []
    assert.deepStrictEqual(part, { type: "tool-call", id: "t", name: "n", input })
    assert.strictEqual(part?.type === "tool-call" ? JSON.stringify(part.input) : "", JSON.stringify(input))
  })

  it("of results hold parts of their own", () => {
    const content = [
      { type: "text", text: "a" },
      { type: "tool_reference", tool_name: "Web" }
    ]
    assert.deepStrictEqual(
      partsOf([
        { type: "tool_result", tool_use_id: "1", content, is_error: true },
        { type: "tool_result", tool_use_id: "0", content: "b" },
        { type: "tool_result", tool_use_id: "2" }
      ]),
      [
        {
          type: "tool-result",
          callId: "1",
          parts: [
            { type: "text", text: "a" },
            { type: "tool-reference", name: "Web" }
          ],
          isError: true
        },
        { type: "tool-result", callId: "0", parts: [{ type: "text", text: "b" }], isError: false },
        { type: "tool-result", callId: "2", parts: [], isError: false }
      ]
    )
  })

  it("that add a tool stand for its definition", () => {
    const block = { type: "tool_addition", tool: { type: "tool_reference", name: "Web" } }
    assert.deepStrictEqual(partsOf([block]), [{ type: "tool-reference", name: "Web" }])
  })

  it("that take a tool away say which, at their place", () => {
    const block = { type: "tool_removal", tool: { type: "tool_reference", name: "Web" } }
    const conversation = decoded({ messages: [{ role: "system", content: [block] }] })
    assert.deepStrictEqual(conversation.turns[0]?.parts, [{ type: "tool-removal", name: "Web" }])
    assert.deepStrictEqual(conversation.notices, [])
  })

  it.each([
    { type: "redacted_thinking", data: "x" },
    { type: "server_tool_use", id: "s", name: "web_search", input: { query: "q" } },
    { type: "web_search_tool_result", tool_use_id: "s", content: [{ title: "t" }] },
    { type: "container_upload", file_id: "f" },
    { type: "from_the_future", anything: [1, { a: null }] }
  ])("that nobody here reads stay opaque, with a notice: %j", (block) => {
    const conversation = decoded(inMessage(block))
    assert.deepStrictEqual(conversation.turns[0]?.parts, [{ type: "opaque", wireType: block.type, value: block }])
    assert.deepStrictEqual(codes(conversation), ["block-opaque"])
    assert.strictEqual(conversation.notices[0]?.field, "messages.0.content.0")
  })

  it.each([
    [{ type: "text" }, "text"],
    [{ type: "image" }, "source"],
    [{ type: "image", source: { type: "base64", data: "" } }, "source.media_type"],
    [{ type: "tool_use", id: "t", name: "n" }, "input"],
    [{ type: "tool_use", id: "t", name: "n", input: "{}" }, "input"],
    [{ type: "tool_use", id: "", name: "n", input: {} }, "id"],
    [{ type: "tool_result" }, "tool_use_id"],
    [{ type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: 1 }] }, "content.0.text"],
    [{ type: "document", source: { type: "content", content: [{ type: "text" }] } }, "source.content.0.text"]
  ])("with a wrong field name it: %j", (block, field) => {
    assert.strictEqual(refusal(inMessage(block))?.field, `messages.0.content.0.${field}`)
  })

  it.each([
    [{ type: "text", text: "a", citations: [{}] }, "citations-ignored"],
    [{ type: "text", text: "a", from_the_future: 1 }, "field-ignored"],
    [{ type: "image", source: { type: "url", url: "" }, transformations: [] }, "image-transformations-ignored"],
    [{ type: "tool_use", id: "t", name: "n", input: {}, caller: { type: "code_execution" } }, "caller-ignored"]
  ])("with a field that has no effect note it: %j", (block, code) => {
    assert.deepStrictEqual(codes(decoded(inMessage(block))), [code])
  })

  it("inside blocks inside blocks without end become opaque", () => {
    let content: unknown = "a"
    for (let depth = 0; depth < 5000; depth++) content = [{ type: "tool_result", tool_use_id: "t", content }]
    assert.deepStrictEqual(codes(decoded({ messages: [{ role: "user", content }] })), ["block-opaque"])
  })

  it("say the same notice once, with its first place", () => {
    const messages = [1, 2, 3].map(() => ({ role: "user", content: [{ type: "text", text: "a", new_field: 1 }] }))
    assert.deepStrictEqual(
      decoded({ messages }).notices.map((notice) => notice.field),
      ["messages.0.content.0.new_field"]
    )
  })
})
