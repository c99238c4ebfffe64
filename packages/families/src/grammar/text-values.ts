import type { Json, JsonObject } from "@pensieve/models"
import type { LarkWriter } from "./lark.ts"
import { type ValueKind, valueKinds } from "./value-kinds.ts"

/** The ways in which a value can be written by a form that has strings as plain text and everything else as JSON. */
export interface TextValue {
  /** As plain text, with the end behind it; null where no string is allowed. */
  readonly text: string | null
  /** As JSON, without the end; null where only strings are allowed. */
  readonly json: string | null
  /** Any text whatsoever is allowed. */
  readonly free: boolean
}

/** What stands behind a value: its closing tag, on a line of its own or not. */
export interface ValueEnd {
  readonly tag: string
  readonly lined: boolean
}

/** How a value of this schema is written, up to and with its end. */
export const textValue = (writer: LarkWriter, schema: Json, definitions: JsonObject, end: ValueEnd): TextValue => {
  const kinds = valueKinds(schema, definitions)
  const any = kinds.some(({ kind }) => kind === "any")
  const free = any || kinds.some((kind) => kind.kind === "string" && kind.patterns.length === 0)
  const strings = kinds.flatMap((kind) => stringText(writer, kind, end, notNested(kinds)))
  const others = any ? [{}] : kinds.flatMap(jsonSchema)
  const [only] = others
  return {
    free,
    text: free ? writer.textUntil(end.tag, []) : strings.length === 0 ? null : writer.choice(strings),
    json: only === undefined ? null : writer.json(others.length === 1 ? only : { anyOf: others }, definitions)
  }
}

/** An end as it stands behind a value that says itself where it ends. */
export const endText = (writer: LarkWriter, { tag, lined }: ValueEnd): string => writer.text(lined ? `\n${tag}` : tag)

/** The same for forms that do not say whether a value is a string: where any text is allowed, JSON is text too. */
export const plainValue = (writer: LarkWriter, schema: Json, definitions: JsonObject, end: ValueEnd): string => {
  const { text, json, free } = textValue(writer, schema, definitions, end)
  return writer.choice([
    ...(text === null ? [] : [text]),
    ...(json === null || free ? [] : [`${json} ${endText(writer, end)}`])
  ])
}

/**
 * Beside lists or objects a bounded string may not begin like one: the lexer follows the longest piece and does not go back,
 * so that the string would swallow the first letters of the list.
 */
const notNested = (kinds: ReadonlyArray<ValueKind>): ReadonlyArray<string> => {
  const has = (type: string) => kinds.some((kind) => kind.kind === "typed" && kind.type === type)
  const brackets = `${has("array") ? String.raw`\[` : ""}${has("object") ? "{" : ""}`
  return brackets === "" ? [] : [`(?:[^${brackets}](?s:.*))?`]
}

/** Larger whole numbers lose digits in the reading, and are taken for text. */
const safely = (schema: JsonObject): JsonObject => ({
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
  ...schema
})

const jsonSchema = (kind: ValueKind): ReadonlyArray<JsonObject> => {
  if (kind.kind === "typed") return [kind.type === "integer" ? safely(kind.schema) : kind.schema]
  return kind.kind === "literal" && typeof kind.value !== "string" ? [{ const: kind.value }] : []
}

const stringText = (
  writer: LarkWriter,
  kind: ValueKind,
  end: ValueEnd,
  patterns: ReadonlyArray<string>
): ReadonlyArray<string> => {
  // The first closing tag ends a value, with a line end in front of it or without.
  const line = end.lined ? String.raw`\n?` : ""
  if (kind.kind === "string")
    return [
      writer.textUntil(
        end.tag,
        [...kind.patterns, ...patterns].map((pattern) => `(?:${pattern})${line}`)
      )
    ]
  return kind.kind === "literal" && typeof kind.value === "string"
    ? [writer.text(`${kind.value}${end.lined ? "\n" : ""}${end.tag}`)]
    : []
}
