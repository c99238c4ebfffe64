import { assert, describe, it } from "@effect/vitest"
import { type Conversation, isJsonObject, type JsonObject, ResponsesRequest } from "@pensieve/models"
import { decodeRequest } from "@pensieve/translator/openai-responses"
import { Result } from "effect"
import fc from "fast-check"
import { decoded } from "./decoded.ts"
import { lostContent } from "./lost-content.ts"

/** Stands for a text that occurs nowhere else. */
const text = fc.constantFrom("§", "§ and § again", "\n§\u2028")
const of = <Type extends string>(...types: ReadonlyArray<Type>) => fc.constantFrom(...types)

const url = fc.constantFrom("http://§", "data:image/png;base64,§")
const part = fc.oneof(
  fc.record({ type: of("input_text", "output_text", "text"), text }),
  fc.record({ type: of("refusal"), refusal: text }),
  fc.record({ type: of("input_image"), image_url: url, detail: of("auto", "high") }),
  fc.record({ type: of("input_image"), file_id: text }),
  fc.record(
    { type: of("input_file"), file_data: fc.oneof(text, url), filename: text },
    { requiredKeys: ["type", "file_data"] }
  ),
  fc.record({ type: of("input_file"), file_url: text }),
  fc.record({ type: of("input_audio", "new_part"), data: fc.oneof(text, fc.record({ inside: text })) })
)

const content = fc.oneof(text, fc.array(part, { maxLength: 4 }))
const json = fc.oneof(
  text.map((value) => JSON.stringify({ a: value })),
  of("", "{}"),
  text
)
const namespace = fc.option(of("n", "other"), { nil: null })

const item = fc.oneof(
  fc.record({ type: of("message"), role: of("user", "assistant", "developer", "system"), content }),
  fc.record({ role: of("user", "assistant"), content }),
  fc.record({ type: of("function_call"), call_id: text, name: text, namespace, arguments: json }),
  fc.record({ type: of("custom_tool_call"), call_id: text, name: text, namespace, input: text }),
  fc.record({ type: of("function_call_output", "custom_tool_call_output"), call_id: text, output: content }),
  fc.record({
    type: of("reasoning"),
    summary: fc.array(fc.record({ text }), { maxLength: 2 }),
    encrypted_content: text
  }),
  fc.record({
    type: of("reasoning"),
    summary: fc.constant([]),
    content: fc.array(fc.record({ text }), { maxLength: 2 })
  }),
  fc.record({
    type: of("web_search_call", "compaction", "mcp_call", "shell_call_output", "new_item"),
    data: fc.oneof(text, fc.array(text))
  })
)

const member = fc.oneof(
  fc.record({ type: of("function"), name: text, description: text, parameters: fc.record({ title: text }) }),
  fc.record({
    type: of("custom"),
    name: text,
    format: fc.record({ type: of("grammar"), syntax: of("lark"), definition: of("§") })
  })
)
const tool = fc.oneof(
  member,
  fc.record({
    type: of("namespace"),
    name: of("n"),
    description: text,
    tools: fc.array(member, { minLength: 1, maxLength: 3 })
  }),
  fc.record({ type: of("web_search", "mcp", "dance_2027"), name: text })
)

const toolList = fc.record({
  type: of("additional_tools"),
  role: of("developer"),
  tools: fc.array(tool, { maxLength: 2 })
})

const template = fc.record(
  {
    model: of("m"),
    input: fc.oneof(
      text,
      fc
        .tuple(fc.array(fc.oneof({ weight: 9, arbitrary: item }, toolList), { maxLength: 8 }), item)
        .map(([items, last]) => [...items, last])
    ),
    instructions: text,
    tools: fc.array(tool, { maxLength: 3 })
  },
  { requiredKeys: ["model", "input"] }
)

/** A good request in which every text is unique and says where it stands: «0», «1», … in the order sent. */
const request: fc.Arbitrary<JsonObject> = template.map((value) => {
  let count = 0
  const filled: unknown = JSON.parse(JSON.stringify(value).replaceAll("§", () => `«${count++}»`))
  return isJsonObject(filled) ? filled : {}
})

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
