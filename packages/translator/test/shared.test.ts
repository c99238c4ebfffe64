import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { anthropic, openaiChat } from "../src/index.ts"
import { request } from "./anthropic/arbitrary-requests.ts"

/** Bodies that share their messages and tools, in another order and number. */
const related = fc.tuple(request, fc.nat(3), fc.boolean()).map(([body, cut, turned]) => {
  const { messages, tools } = body
  if (!Array.isArray(messages)) return [body]
  return [
    body,
    {
      ...body,
      messages: messages.slice(Math.min(cut, messages.length - 1)),
      ...(Array.isArray(tools) && turned ? { tools: tools.toReversed() } : {})
    },
    body
  ]
})

const ways = [
  { model: "m" },
  { model: "m", images: false, toolMedia: "placeholder", systemTurns: "folded" },
  { model: "m", reasoningHistory: "reasoning_content", systemRole: "developer" }
] as const

describe("what is decoded and encoded of objects that came before", () => {
  it("is what it would be the first time, with the same notices", () => {
    fc.assert(
      fc.property(related, (bodies) => {
        for (const body of bodies) {
          const decoded = anthropic.decodeRequest(body, { headers: {}, shared: true })
          assert.deepStrictEqual(decoded, anthropic.decodeRequest(body, { headers: {} }))
          if (Result.isFailure(decoded)) continue
          for (const way of ways)
            assert.deepStrictEqual(
              openaiChat.encodeRequest(decoded.success, { ...way, shared: true }),
              openaiChat.encodeRequest(decoded.success, way)
            )
        }
      })
    )
  })

  it("is the same turn and the same message, not made again", () => {
    const message = { role: "user", content: [{ type: "text", text: "hello" }] }
    const asked = () =>
      Result.getOrThrow(
        anthropic.decodeRequest({ model: "m", max_tokens: 9, messages: [message] }, { headers: {}, shared: true })
      )
    const sent = () => openaiChat.encodeRequest(asked(), { model: "m", shared: true }).body.messages
    assert.strictEqual(asked().turns[0], asked().turns[0])
    assert.strictEqual(sent()[0], sent()[0])
  })

  it("is made anew for callers who may change their objects", () => {
    const message = { role: "user", content: "before" }
    const text = () =>
      Result.getOrThrow(anthropic.decodeRequest({ model: "m", max_tokens: 9, messages: [message] }, { headers: {} }))
        .turns[0]?.parts
    text()
    message.content = "after"
    assert.deepStrictEqual(text(), [{ type: "text", text: "after" }])
  })
})
