import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { anthropic, openaiChat } from "../src/index.ts"
import { request } from "./anthropic/arbitrary-requests.ts"

/** Bodies that share their messages, tools and instructions, in another order and number. */
const related = fc.tuple(request, fc.nat(3), fc.boolean()).map(([body, cut, turned]) => {
  const { messages, tools, system } = body
  if (!Array.isArray(messages)) return [body]
  return [
    body,
    {
      ...body,
      messages: messages.slice(Math.min(cut, messages.length - 1)),
      ...(Array.isArray(tools) && turned ? { tools: tools.toReversed() } : {}),
      ...(Array.isArray(system) ? { system: turned ? system.toReversed() : system.slice(0, cut) } : {})
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
    const header = { type: "text", text: "x-anthropic-billing-header: cc_version=1;\nYou are" }
    const words = { type: "text", text: "an agent." }
    const asked = (system: ReadonlyArray<object>) =>
      Result.getOrThrow(
        anthropic.decodeRequest(
          { model: "m", max_tokens: 9, system, messages: [message] },
          { headers: {}, shared: true }
        )
      )
    const sent = (...system: ReadonlyArray<object>) =>
      openaiChat.encodeRequest(asked(system), { model: "m", shared: true }).body.messages
    assert.strictEqual(asked([]).turns[0], asked([]).turns[0])
    assert.strictEqual(sent()[0], sent()[0])
    assert.strictEqual(sent(words)[0], sent(words)[0])
    assert.strictEqual(sent(header, words)[0], sent(header, words)[0])
    assert.deepStrictEqual(sent(header, words)[0], { role: "system", content: "You are\n\nan agent." })
    assert.deepStrictEqual(sent(header)[0], { role: "system", content: "You are" })
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
