import { assert, describe, it } from "@effect/vitest"
import { OpenaiChatRequest } from "@pensieve/models"
import { decodeRequest } from "@pensieve/translator/openai-chat"
import { Result } from "effect"
import fc from "fast-check"
import { request } from "./arbitrary-requests.ts"
import { decoded } from "./decoded.ts"
import { lostContent, marksIn } from "./lost-content.ts"

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

  it("keeps the order of the messages", () => {
    fc.assert(
      fc.property(request, (body) => {
        const { system, turns } = Result.getOrThrow(decodeRequest(body, { headers: {} }))
        const messages = Array.isArray(body.messages) ? body.messages : []
        const owner = new Map(
          messages.flatMap((message, index) => marksIn(message).map((mark) => [mark, index] as const))
        )
        const owners = [system, ...turns.flatMap((turn) => turn.parts)]
          .flatMap(marksIn)
          .map((mark) => owner.get(mark) ?? -1)
        assert.deepStrictEqual(
          owners,
          owners.toSorted((left, right) => left - right)
        )
      }),
      { numRuns: 300 }
    )
  })
})

describe("the check for lost content", () => {
  it("finds each thing that is left out", () => {
    const body = {
      messages: [
        { role: "user", content: "«0»" },
        { role: "tool", tool_call_id: "«1»", content: [{ type: "text", text: "«2»" }] }
      ],
      stop: ["«3»"]
    }
    const whole = decoded(body)
    assert.deepStrictEqual(lostContent(body, whole), [])
    assert.deepStrictEqual(lostContent(body, { ...whole, turns: whole.turns.slice(1) }), ["«0»"])
    assert.deepStrictEqual(lostContent(body, { ...whole, turns: whole.turns.slice(0, 1) }).toSorted(), ["«1»", "«2»"])
    assert.deepStrictEqual(lostContent(body, { ...whole, stopSequences: [] }), ["«3»"])
  })
})

describe("decoding", () => {
  it("gives a value for every JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        assert.isTrue(Result.isFailure(decodeRequest(body, { headers: {} })))
      })
    )
  })

  it("gives a value, or an error that names an existing place, for every good request with one spoilt field", () => {
    const fields = fc.constantFrom(...Object.keys(OpenaiChatRequest.fields))
    fc.assert(
      fc.property(request, fields, fc.jsonValue(), (body, field, value) => {
        const result = decodeRequest({ ...body, [field]: value }, { headers: {} })
        if (Result.isFailure(result)) assert.strictEqual(result.failure.field?.split(".")[0], field)
      }),
      { numRuns: 500 }
    )
  })
})
