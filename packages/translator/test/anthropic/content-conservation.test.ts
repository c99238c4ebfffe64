import { assert, describe, it } from "@effect/vitest"
import { AnthropicRequest, type Conversation, isJsonObject } from "@pensieve/models"
import { decodeCountRequest, decodeRequest } from "@pensieve/translator/anthropic"
import { Result } from "effect"
import fc from "fast-check"
import { opaqueBlock, reference, request, text, textBlock } from "./arbitrary-requests.ts"
import { decoded } from "./decoded.ts"
import { lostContent } from "./lost-content.ts"

const marksIn = (value: unknown): ReadonlyArray<string> => JSON.stringify(value).match(/«\d+»/g) ?? []

describe("content", () => {
  it("all reaches the Conversation or a notice", () => {
    fc.assert(
      fc.property(request, (body) => {
        const conversation = Result.getOrThrow(decodeRequest(body, { headers: {} }))
        assert.deepStrictEqual(lostContent(body, conversation), [])
      }),
      { numRuns: 500 }
    )
  })

  it("stays in its message: each turn holds the texts of one message, in its role", () => {
    fc.assert(
      fc.property(request, (body) => {
        const { turns } = Result.getOrThrow(decodeRequest(body, { headers: {} }))
        const messages = Array.isArray(body.messages) ? body.messages.filter(isJsonObject) : []
        assert.deepStrictEqual(
          turns.map((turn) => [turn.role, marksIn(turn.parts).toSorted()]),
          messages.map((message) => [message.role, marksIn(message.content).toSorted()])
        )
      }),
      { numRuns: 500 }
    )
  })

  it("keeps its order within a message", () => {
    const plain = fc.oneof(textBlock, reference, opaqueBlock)
    const result = fc.record({
      type: fc.constant("tool_result"),
      tool_use_id: text,
      content: fc.array(plain, { maxLength: 3 })
    })
    const ordered = fc.array(fc.oneof(plain, result), { maxLength: 6 })
    fc.assert(
      fc.property(ordered, (blocks) => {
        let count = 0
        const sent: unknown = JSON.parse(JSON.stringify(blocks).replaceAll("§", () => `«${count++}»`))
        const { turns } = decoded({ messages: [{ role: "user", content: sent }] })
        assert.deepStrictEqual(marksIn(turns[0]?.parts), marksIn(sent))
      })
    )
  })
})

describe("the check for lost content", () => {
  const body = {
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "one" },
          { type: "tool_result", tool_use_id: "t", content: "two" }
        ]
      },
      { role: "assistant", content: [{ type: "tool_use", id: "t", name: "n", input: { a: 1 } }] }
    ],
    stop_sequences: ["three"]
  }

  it("finds each thing that is left out", () => {
    const whole = decoded(body)
    const cut = (change: Partial<Conversation>) => lostContent(body, { ...whole, ...change })
    const [user, assistant] = whole.turns
    assert.deepStrictEqual(cut({}), [])
    assert.deepStrictEqual(cut({ turns: [] }), ["one", "t", "two", "t", "n", '{"a":1}'])
    assert.deepStrictEqual(cut({ stopSequences: [] }), ["three"])
    assert.deepStrictEqual(cut({ turns: user === undefined ? [] : [user] }), ["t", "n", '{"a":1}'])
    assert.deepStrictEqual(cut({ turns: assistant === undefined ? [] : [assistant] }), ["one", "two", "t"])
  })
})

describe("decoding", () => {
  const anyValue = fc.jsonValue()

  it("gives a value for every JSON", () => {
    fc.assert(
      fc.property(anyValue, (body) => {
        assert.isTrue(Result.isFailure(decodeRequest(body, { headers: {} })))
        assert.isTrue(Result.isFailure(decodeCountRequest(body, { headers: {} })))
      })
    )
  })

  it("gives a value, or an error that names an existing place, for every good request with one spoilt field", () => {
    const fields = fc.constantFrom(...Object.keys(AnthropicRequest.fields))
    fc.assert(
      fc.property(request, fields, anyValue, (body, field, value) => {
        const result = decodeRequest({ ...body, [field]: value }, { headers: {} })
        if (Result.isFailure(result)) assert.strictEqual(result.failure.field?.split(".")[0], field)
      }),
      { numRuns: 500 }
    )
  })
})
