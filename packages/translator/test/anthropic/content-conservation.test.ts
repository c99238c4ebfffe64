import { assert, describe, it } from "@effect/vitest"
import { AnthropicRequest, type Conversation, isJsonObject, type JsonObject } from "@pensieve/models"
import { decodeCountRequest, decodeRequest } from "@pensieve/translator/anthropic"
import { Result } from "effect"
import fc from "fast-check"
import { decoded } from "./decoded.ts"
import { lostContent } from "./lost-content.ts"

/** Stands for a text that occurs nowhere else. */
const text = fc.constantFrom("§", "§ and § again", "\n§\u2028")

const imageSource = fc.oneof(
  fc.record({ type: fc.constant("base64"), media_type: fc.constant("image/png"), data: text }),
  fc.record({ type: fc.constant("url"), url: text }),
  fc.record({ type: fc.constant("file"), file_id: text }),
  fc.record({ type: fc.constant("hologram"), depth: text })
)

const textBlock = fc.record({ type: fc.constant("text"), text })
const imageBlock = fc.record({ type: fc.constant("image"), source: imageSource })
const searchResult = fc.record({
  type: fc.constant("search_result"),
  source: text,
  title: text,
  content: fc.array(textBlock, { maxLength: 2 })
})
const reference = fc.record({ type: fc.constant("tool_reference"), tool_name: text })

const documentBlock = fc.record(
  {
    type: fc.constant("document"),
    source: fc.oneof(
      imageSource,
      fc.record({ type: fc.constant("text"), media_type: fc.constant("text/plain"), data: text }),
      fc.record({
        type: fc.constant("content"),
        content: fc.oneof(text, fc.array(fc.oneof(textBlock, imageBlock), { minLength: 1, maxLength: 3 }))
      })
    ),
    context: text
  },
  { requiredKeys: ["type", "source"] }
)

const opaqueBlock = fc.record({
  type: fc.constantFrom("redacted_thinking", "server_tool_use", "web_search_tool_result", "compaction", "new_thing"),
  data: fc.oneof(text, fc.array(text, { maxLength: 2 }), fc.record({ inside: text }))
})

const toolResult = fc.record(
  {
    type: fc.constant("tool_result"),
    tool_use_id: text,
    content: fc.oneof(
      text,
      fc.array(fc.oneof(textBlock, imageBlock, documentBlock, searchResult, reference, opaqueBlock), { maxLength: 3 })
    ),
    is_error: fc.boolean()
  },
  { requiredKeys: ["type", "tool_use_id"] }
)

const block = fc.oneof(
  textBlock,
  imageBlock,
  documentBlock,
  searchResult,
  reference,
  opaqueBlock,
  toolResult,
  fc.record({ type: fc.constant("thinking"), thinking: text, signature: text }),
  fc.record({ type: fc.constant("tool_use"), id: text, name: text, input: fc.record({ a: text, b: fc.jsonValue() }) }),
  fc.record({ type: fc.constant("tool_addition"), tool: fc.record({ name: text }) })
)

const content = fc.oneof(text, fc.array(block, { maxLength: 5 }))

const tool = fc.oneof(
  fc.record({ name: text, description: text, input_schema: fc.constant({ type: "object" }) }),
  fc.record({ type: fc.constantFrom("bash_20250124", "web_search_20250305", "dance_2027"), name: text })
)

const template = fc.record(
  {
    model: fc.constant("m"),
    max_tokens: fc.nat(),
    messages: fc.array(fc.record({ role: fc.constantFrom("user", "assistant", "system"), content }), {
      minLength: 1,
      maxLength: 5
    }),
    system: content,
    tools: fc.array(tool, { maxLength: 3 }),
    stop_sequences: fc.array(text, { maxLength: 3 })
  },
  { requiredKeys: ["model", "max_tokens", "messages"] }
)

/** A good request in which every text is unique and says where it stands: «0», «1», … in the order sent. */
const request: fc.Arbitrary<JsonObject> = template.map((value) => {
  let count = 0
  const filled: unknown = JSON.parse(JSON.stringify(value).replaceAll("§", () => `«${count++}»`))
  return isJsonObject(filled) ? filled : {}
})

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
