import { assert, describe, it } from "@effect/vitest"
import { anthropic, openaiChat } from "@pensieve/translator"
import { Result } from "effect"
import fc from "fast-check"
import { codesOf } from "../conversation.ts"

const { decodeRequest, encodeRequest, encodeResponse, passText } = anthropic

const passed = (text: string, model: string) =>
  encodeRequest(Result.getOrThrow(decodeRequest(JSON.parse(text), { headers: {}, text })), { model })

const least = '"max_tokens" : 5,"messages":[{"role":"user","content":"hi \\u00e9 \\/"}]'

describe("a request of an Anthropic client to an Anthropic upstream", () => {
  it("is the same text where the model is the same", () => {
    const text = `{ "model":"claude-x", ${least}, "from_the_future" : 1.0 }`
    assert.strictEqual(passed(text, "claude-x").text, text)
  })

  it("differs in nothing but the model where an alias names another", () => {
    const text = `{ "from_the_future" : 1.0,"model" : "fast", ${least} }`
    assert.strictEqual(passed(text, "claude-x").text, text.replace('"fast"', '"claude-x"'))
    assert.deepInclude(passed(text, "claude-x").body, { from_the_future: 1, model: "claude-x" })
  })

  it("keeps what no decoder understands, byte for byte, and gets no notice", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        const block = { type: "from_the_future", cache_control: { type: "ephemeral" }, value }
        const body = { model: "m", max_tokens: 1, messages: [{ role: "user", content: [block] }], unknown: value }
        const text = JSON.stringify(body, null, indent)
        const request = passed(text, "m")
        assert.strictEqual(request.text, text)
        assert.deepStrictEqual(request.notices, [])
      })
    )
  })

  it("goes on as text where no decoder understands it", () => {
    for (const text of ["[1]", "7", `{"model":7, "mcp_servers": 1}`, `{ "messages" : 0 }`])
      assert.deepStrictEqual(passText({ body: JSON.parse(text), text }, "claude-x"), { text, notices: [] })
    const text = `{ "model" : "fast", "mcp_servers": [1.0] }`
    assert.strictEqual(passText({ body: JSON.parse(text), text }).text, text)
    assert.strictEqual(
      passText({ body: JSON.parse(text), text }, "claude-x").text,
      text.replace('"fast"', '"claude-x"')
    )
  })

  it("keeps thoughts that the service signed", () => {
    const text = `{"model":"m","max_tokens":5,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"EqQB"}]}]}`
    assert.strictEqual(passed(text, "m").text, text)
  })

  it("loses thoughts of a local model, which the service would refuse, with a notice", () => {
    const { content } = Result.getOrThrow(
      encodeResponse({ id: "msg_1", model: "m" }, [
        { type: "reasoning-delta", text: "hm" },
        { type: "text-delta", text: "Hi" },
        { type: "finished", reason: "end-turn" }
      ])
    )
    const messages = [
      { role: "user", content: "a" },
      { role: "assistant", content },
      { role: "assistant", content: content.slice(0, 1) }
    ]
    const request = passed(JSON.stringify({ model: "m", max_tokens: 5, messages, extra: 1 }), "m")
    assert.isUndefined(request.text)
    assert.deepStrictEqual<unknown>(request.body, {
      model: "m",
      max_tokens: 5,
      messages: [
        { role: "user", content: "a" },
        { role: "assistant", content: content.slice(1) }
      ],
      extra: 1
    })
    assert.deepStrictEqual(codesOf(request), ["reasoning-dropped"])
  })

  it("is a body with the other model where its text was not kept", () => {
    const body = { model: "fast", max_tokens: 5, messages: [{ role: "user", content: "hi" }] }
    const request = encodeRequest(Result.getOrThrow(decodeRequest(body, { headers: {} })), { model: "claude-x" })
    assert.isUndefined(request.text)
    assert.deepStrictEqual<unknown>(request.body, { ...body, model: "claude-x" })
  })
})

it("a request of an OpenAI client has no text that could go to an Anthropic upstream", () => {
  const text = '{"model":"m","messages":[{"role":"user","content":"hi"}]}'
  const conversation = Result.getOrThrow(openaiChat.decodeRequest(JSON.parse(text), { headers: {}, text }))
  assert.isUndefined(encodeRequest(conversation, { model: "claude-x" }).text)
})
