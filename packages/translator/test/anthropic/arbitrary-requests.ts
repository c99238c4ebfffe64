import { isJsonObject, type JsonObject } from "@pensieve/models"
import fc from "fast-check"

/** Stands for a text that occurs nowhere else. */
export const text = fc.constantFrom("§", "§ and § again", "\n§\u2028")

const imageSource = fc.oneof(
  fc.record({ type: fc.constant("base64"), media_type: fc.constant("image/png"), data: text }),
  fc.record({ type: fc.constant("url"), url: text }),
  fc.record({ type: fc.constant("file"), file_id: text }),
  fc.record({ type: fc.constant("hologram"), depth: text })
)

export const textBlock = fc.record({ type: fc.constant("text"), text })
const imageBlock = fc.record({ type: fc.constant("image"), source: imageSource })
const searchResult = fc.record({
  type: fc.constant("search_result"),
  source: text,
  title: text,
  content: fc.array(textBlock, { maxLength: 2 })
})
export const reference = fc.record({ type: fc.constant("tool_reference"), tool_name: text })

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

export const opaqueBlock = fc.record({
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
export const request: fc.Arbitrary<JsonObject> = template.map((value) => {
  let count = 0
  const filled: unknown = JSON.parse(JSON.stringify(value).replaceAll("§", () => `«${count++}»`))
  return isJsonObject(filled) ? filled : {}
})
