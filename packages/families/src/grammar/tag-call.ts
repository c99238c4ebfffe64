import type { Json, JsonObject } from "@pensieve/models"
import type { TagForm } from "../tag-form.ts"
import type { CallBlock } from "./call-grammar.ts"
import type { GrammarTool } from "./family-grammar.ts"
import type { LarkWriter } from "./lark.ts"
import { membersOf } from "./member-list.ts"
import { type ObjectShape, objectShapes } from "./object-shapes.ts"
import { endText, plainValue, textValue } from "./text-values.ts"

/** What a form of tags has beside them. */
export interface TagExtras {
  /** Parameters say themselves whether they are strings. */
  readonly typed?: true
  /** What stands before and behind a call. */
  readonly before?: string
  readonly behind?: string
}

/** The blocks of a form whose parameters are tags. @param between what stands between two calls of one block; null: nothing does */
export const tagBlocks = (
  form: TagForm,
  between: ReadonlyArray<string> | null,
  extras: TagExtras = {}
): ReadonlyArray<CallBlock> =>
  form.wrapperStarts.map((start, index) => ({
    openers: [start],
    at: "line",
    start: [`${start}\n`],
    between,
    end: [form.wrapperEnds[index] ?? ""],
    call: (writer, tool) => tagCall(writer, form, tool, extras)
  }))

const tagCall = (writer: LarkWriter, form: TagForm, tool: GrammarTool, extras: TagExtras): string => {
  const { callStart, callEnd, attributes } = form
  const { before = "", behind = "", typed = false } = extras
  const shapes = objectShapes(tool.schema.root, tool.schema.definitions).map((shape) =>
    parameters(writer, form, tool, shape, typed)
  )
  const head = writer.text(`${before}${callStart}${tool.name}${attributes ? '"' : ""}>\n`)
  return writer.sequence(head, writer.choice(shapes), writer.text(`${callEnd}${behind}\n`))
}

const parameters = (
  writer: LarkWriter,
  form: TagForm,
  { schema: { definitions } }: GrammarTool,
  shape: ObjectShape,
  typed: boolean
): string => {
  const rule = (head: (tail: string) => string, schema: Json) =>
    writer.rule("p", parameter(writer, form, head, schema, definitions, typed))
  const own = membersOf(shape).map(
    ({ key, schema, required }) =>
      `${rule((tail) => writer.text(form.parameterStart + key + tail), schema)}${required ? "" : "?"}`
  )
  const anyName = (tail: string) =>
    `${writer.text(form.parameterStart)} ${writer.regex("[A-Za-z_][A-Za-z0-9_.-]*")} ${writer.text(tail)}`
  return [...own, ...(shape.others === false ? [] : [`${rule(anyName, shape.others)}*`])].join(" ")
}

/** One parameter. `typed`: it says itself whether it is a string. */
const parameter = (
  writer: LarkWriter,
  { attributes, linedValues, parameterEnd }: TagForm,
  head: (tail: string) => string,
  schema: Json,
  definitions: JsonObject,
  typed: boolean
): string => {
  const begin = (attribute: string) => head(`${attributes ? '"' : ""}${attribute}>${linedValues ? "\n" : ""}`)
  const end = { tag: parameterEnd, lined: linedValues }
  if (!typed) return `${begin("")} ${plainValue(writer, schema, definitions, end)} "\\n"`
  const { text, json } = textValue(writer, schema, definitions, end)
  const ways = [
    ...(text === null ? [] : [`${begin(' string="true"')} ${text}`]),
    ...(json === null ? [] : [`${begin(' string="false"')} ${json} ${endText(writer, end)}`])
  ]
  return `${writer.choice(ways)} "\\n"`
}
