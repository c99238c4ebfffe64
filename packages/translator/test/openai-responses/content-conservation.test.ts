import { assert, describe, it } from "@effect/vitest"
import { type Conversation, isJsonObject, ResponsesRequest } from "@pensieve/models"
import { decodeRequest } from "@pensieve/translator/openai-responses"
import { Result } from "effect"
import fc from "fast-check"
import { request } from "./arbitrary-requests.ts"
import { decoded } from "./decoded.ts"
import { lostContent } from "./lost-content.ts"

const marksIn = (value: unknown): ReadonlyArray<string> => [...new Set(JSON.stringify(value).match(/«\d+»/g) ?? [])]
const byNumber = (marks: ReadonlyArray<string>) =>
  marks.toSorted((a, b) => Number(a.slice(1, -1)) - Number(b.slice(1, -1)))

/** `input` without the items that are lists of tools. */
const saying = (input: unknown): unknown =>
  Array.isArray(input) ? input.filter((item) => !isJsonObject(item) || item.type !== "additional_tools") : input

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

  it("stays in its order: the turns hold what the items hold, item by item", () => {
    fc.assert(
      fc.property(request, (body) => {
        const { turns } = Result.getOrThrow(decodeRequest(body, { headers: {} }))
        const marks = turns.map((turn) => byNumber(marksIn(turn.parts)))
        assert.deepStrictEqual(marks.flat(), byNumber(marksIn(saying(body.input))))
      }),
      { numRuns: 500 }
    )
  })
})

describe("the check for lost content", () => {
  const body = {
    instructions: "zero",
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text: "one" },
          { type: "input_image", image_url: "data:image/png;base64,two" }
        ]
      },
      { type: "function_call", call_id: "id-1", name: "n", arguments: '{"a":1}' },
      { type: "function_call_output", call_id: "id-1", output: "three" }
    ],
    tools: [{ type: "function", name: "m", description: "four", parameters: { type: "object" } }]
  }

  it("finds each thing that is left out", () => {
    const whole = decoded(body)
    const cut = (change: Partial<Conversation>) => lostContent(body, { ...whole, ...change })
    assert.deepStrictEqual(cut({}), [])
    assert.deepStrictEqual(cut({ system: [] }), ["zero"])
    assert.deepStrictEqual(cut({ turns: whole.turns.slice(1) }), ["one", "two"])
    assert.deepStrictEqual(cut({ turns: whole.turns.toSpliced(1, 1) }), ["n", '{"a":1}', "id-1"])
    assert.deepStrictEqual(cut({ turns: whole.turns.slice(0, 2) }), ["id-1", "three"])
    assert.deepStrictEqual(cut({ tools: [] }), ["m", "four", '{"type":"object"}'])
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
    const fields = fc.constantFrom(...Object.keys(ResponsesRequest.fields))
    fc.assert(
      fc.property(request, fields, fc.jsonValue(), (body, field, value) => {
        const result = decodeRequest({ ...body, [field]: value }, { headers: {} })
        if (Result.isFailure(result)) assert.strictEqual(result.failure.field?.split(/[.[]/)[0], field)
      }),
      { numRuns: 500 }
    )
  })
})
