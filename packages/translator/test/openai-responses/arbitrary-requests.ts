import { isJsonObject, type JsonObject } from "@pensieve/models"
import fc from "fast-check"

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
export const request: fc.Arbitrary<JsonObject> = template.map((value) => {
  let count = 0
  const filled: unknown = JSON.parse(JSON.stringify(value).replaceAll("§", () => `«${count++}»`))
  return isJsonObject(filled) ? filled : {}
})
