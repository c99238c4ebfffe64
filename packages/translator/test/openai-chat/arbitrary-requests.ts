import { isJsonObject, type JsonObject } from "@pensieve/models"
import fc from "fast-check"

/** Stands for a text that occurs nowhere else. */
const text = fc.constantFrom("§", "§ and § again", "\n§\u2028")

const textPart = fc.record({ type: fc.constant("text"), text })

const imagePart = fc.record({
  type: fc.constant("image_url"),
  image_url: fc.record({
    url: fc.oneof(
      text,
      text.map((data) => `data:image/png;base64,${data}`)
    )
  })
})

const filePart = fc.record({
  type: fc.constant("file"),
  file: fc.oneof(
    fc.record({ file_id: text }),
    fc.record({ filename: text, file_data: text.map((data) => `data:application/pdf;base64,${data}`) }),
    fc.record({ filename: text })
  )
})

const opaquePart = fc.record({
  type: fc.constantFrom("input_audio", "video_url", "new_thing"),
  data: fc.record({ inside: text })
})

const content = fc.oneof(
  text,
  fc.array(fc.oneof(textPart, imagePart, filePart, opaquePart), { minLength: 1, maxLength: 4 })
)

const json = fc.oneof(
  fc.constantFrom('{"a":"§"}', '{ "a": "§", "n": 1 }', '{"a":"§', "", "[1]"),
  fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.stringify({ value }))
)

const call = fc.oneof(
  fc.record({ id: text, type: fc.constant("function"), function: fc.record({ name: text, arguments: json }) }),
  fc.record({ id: text, type: fc.constant("custom"), custom: fc.record({ name: text, input: text }) })
)

const message = fc.oneof(
  fc.record({ role: fc.constantFrom("system", "developer", "user"), content }),
  fc.record(
    {
      role: fc.constant("assistant"),
      content: fc.oneof(content, fc.constant(null)),
      refusal: text,
      reasoning_content: text,
      tool_calls: fc.array(call, { maxLength: 3 }),
      function_call: fc.record({ name: fc.constant("f"), arguments: json })
    },
    { requiredKeys: ["role"] }
  ),
  fc.record({ role: fc.constant("tool"), tool_call_id: text, content }),
  fc.record({ role: fc.constant("function"), name: fc.constant("f"), content })
)

const tool = fc.oneof(
  fc.record({ type: fc.constant("function"), function: fc.record({ name: text, description: text }) }),
  fc.record({ type: fc.constant("custom"), custom: fc.record({ name: text }) })
)

const template = fc.record(
  {
    model: fc.constant("m"),
    messages: fc.array(message, { minLength: 1, maxLength: 6 }),
    tools: fc.array(tool, { maxLength: 3 }),
    stop: fc.oneof(text, fc.array(text, { maxLength: 3 }))
  },
  { requiredKeys: ["model", "messages"] }
)

/** A good request in which every text is unique and says where it stands: «0», «1», … in the order sent. */
export const request: fc.Arbitrary<JsonObject> = template.map((value) => {
  let count = 0
  const filled: unknown = JSON.parse(JSON.stringify(value).replaceAll("§", () => `«${count++}»`))
  return isJsonObject(filled) ? filled : {}
})
