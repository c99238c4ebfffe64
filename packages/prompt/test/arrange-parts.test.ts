import { assert, describe, it } from "@effect/vitest"
import { arrange, type PromptShape } from "../src/index.ts"
import { assistant, call, conversation, fullTemplate, nativeFamily, user } from "./conversations.ts"

const native: PromptShape = { template: fullTemplate, family: nativeFamily }

const codes = (arranged: { readonly notices: ReadonlyArray<{ readonly code: string }> }) =>
  arranged.notices.map((notice) => notice.code)

describe("parts that are not text", () => {
  it("give a placeholder and one notice for pictures", () => {
    const image = { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AAAA" } } as const
    const arranged = arrange(conversation({ turns: [user("Look", image), assistant("Yes."), user(image)] }), native)
    assert.strictEqual(arranged.messages[0]?.content, "Look\n\n[image not shown: image/png]")
    assert.deepStrictEqual(arranged.notices, [
      {
        code: "image-not-shown",
        message: "This model reads text only: an image was replaced by a placeholder. (2 times)",
        field: "turns.0.parts.1"
      }
    ])
  })

  it("give a document's text, or a placeholder and a notice where it has none", () => {
    const arranged = arrange(
      conversation({
        turns: [
          user(
            { type: "document", title: 'A "b"', source: { kind: "text", mediaType: "text/plain", text: "body" } },
            { type: "document", title: "C", source: { kind: "url", url: "https://example.com/c.pdf" } }
          )
        ]
      }),
      native
    )
    assert.strictEqual(
      arranged.messages[0]?.content,
      '<document title="A \\"b\\"">\nbody\n</document>\n\n[document not shown: C, https://example.com/c.pdf]'
    )
    assert.deepStrictEqual(codes(arranged), ["document-not-shown"])
  })

  it("give unknown parts as JSON without cache marks, with a notice", () => {
    const arranged = arrange(
      conversation({
        turns: [
          user({
            type: "opaque",
            wireType: "novel",
            value: { type: "novel", b: 1, a: [2], cache_control: { type: "ephemeral" } }
          })
        ]
      }),
      native
    )
    assert.deepStrictEqual(arranged.messages, [{ role: "user", content: '{"a":[2],"b":1,"type":"novel"}' }])
    assert.deepStrictEqual(codes(arranged), ["part-as-json"])
  })

  it("leave encrypted thinking out, with a notice", () => {
    const arranged = arrange(
      conversation({
        turns: [
          user("Hi"),
          assistant({ type: "opaque", wireType: "redacted_thinking", value: { data: "xx" } }, "Hello.")
        ]
      }),
      native
    )
    assert.deepStrictEqual(arranged.messages[1], { role: "assistant", content: "Hello." })
    assert.deepStrictEqual(codes(arranged), ["part-omitted"])
  })
})

describe("assistant turns", () => {
  it("carry earlier reasoning beside the words", () => {
    const turns = [user("Hi"), assistant({ type: "reasoning", text: "Hm." }, "Hello."), user("Go")]
    assert.deepStrictEqual(arrange(conversation({ turns }), native).messages[1], {
      role: "assistant",
      content: "Hello.",
      reasoning_content: "Hm."
    })
  })

  it("carry no reasoning that another service signed, and say so", () => {
    const turns = [user("Hi"), assistant({ type: "reasoning", text: "Hm.", signature: "s" }, "Hello."), user("Go")]
    const arranged = arrange(conversation({ turns }), native)
    assert.deepStrictEqual(arranged.messages[1], { role: "assistant", content: "Hello." })
    assert.deepStrictEqual(codes(arranged), ["reasoning-foreign"])
  })

  it("carry no reasoning without text", () => {
    const turns = [user("Hi"), assistant({ type: "reasoning", text: "" }, "Hello."), user("Go")]
    const arranged = arrange(conversation({ turns }), native)
    assert.deepStrictEqual(arranged.messages[1], { role: "assistant", content: "Hello." })
    assert.deepStrictEqual(codes(arranged), [])
  })

  it("at the end are the beginning of the answer", () => {
    assert.isTrue(arrange(conversation({ turns: [user("Hi"), assistant("Hel")] }), native).continueFinal)
  })

  it("at the end are whole when they end in calls", () => {
    assert.isFalse(
      arrange(conversation({ turns: [user("Hi"), assistant("Hel", call("c", "A", {}))] }), native).continueFinal
    )
  })
})
