import type { Json } from "@pensieve/models"
import type { KeyValueForm } from "../key-value-form.ts"
import type { CallBlock } from "./call-grammar.ts"
import type { GrammarTool } from "./family-grammar.ts"
import type { LarkWriter } from "./lark.ts"
import { membersOf } from "./member-list.ts"
import { objectShapes } from "./object-shapes.ts"
import { plainValue } from "./text-values.ts"

/** The block of a form made of keys and values in tags. Some of these models write line ends between the tags, some do not. */
export const keyValueBlock = (form: KeyValueForm): CallBlock => ({
  openers: [form.callStart],
  at: "line",
  start: [form.callStart],
  between: null,
  end: [""],
  call: (writer, tool) => `${keyValueCall(writer, form, tool)} ${writer.lines([form.callEnd])}`
})

const keyValueCall = (writer: LarkWriter, form: KeyValueForm, { name, schema }: GrammarTool): string => {
  const { keyStart, keyEnd, valueStart, valueEnd } = form
  const pair = (head: string, value: Json) =>
    writer.rule("pair", `${head} ${plainValue(writer, value, schema.definitions, { tag: valueEnd, lined: false })}`)
  const shapes = objectShapes(schema.root, schema.definitions).map((shape) => {
    const own = membersOf(shape).map(({ key, schema: value, required }) => {
      const rule = pair(writer.lines([keyStart + key + keyEnd, valueStart]), value)
      return required ? rule : `${rule}?`
    })
    const anyKey = `${writer.lines([keyStart])} ${writer.regex("[A-Za-z_][A-Za-z0-9_.-]*")} ${writer.text(keyEnd)} ${writer.lines([valueStart])}`
    return [...own, ...(shape.others === false ? [] : [`${pair(anyKey, shape.others)}*`])].join(" ")
  })
  return writer.sequence(writer.text(name), writer.choice(shapes))
}
