import type { PythonicForm } from "../pythonic-form.ts"
import type { CallBlock } from "./call-grammar.ts"
import type { GrammarTool } from "./family-grammar.ts"
import { jsonCall } from "./json-call.ts"
import { type LarkWriter } from "./lark.ts"
import { bareName, type LiteralForm, LiteralRules } from "./literal-values.ts"
import { objectShapes } from "./object-shapes.ts"
import type { ValueKind } from "./value-kinds.ts"

type StringKind = Extract<ValueKind, { kind: "string" }>

const singleQuoted = (value: string): string =>
  `'${JSON.stringify(value).slice(1, -1).replaceAll(`\\"`, `"`).replaceAll("'", "\\'")}'`

/** Python's literals, with JSON's words beside its own: models mix them. */
const python: LiteralForm = {
  words: { true: ["True", "true"], false: ["False", "false"], null: ["None", "null"] },
  string: (writer, { patterns, schema }) => {
    const double = writer.json(schema, {})
    return patterns.length > 0 ? double : writer.choice([double, writer.regex(String.raw`'(?:[^'\\\n]|\\.)*'`)])
  },
  literal: (writer, value) => writer.oneOf([JSON.stringify(value), singleQuoted(value)]),
  key: (key) => `${JSON.stringify(key)}: `,
  anyKey: String.raw`"(?:[^"\\\n]|\\.)*": ?`,
  separator: ", ?"
}

/** A string of its own without any escapes, as LFM2's templates write it. */
const rawString = (writer: LarkWriter, { patterns }: StringKind): string =>
  writer.choice(['"', "'"].map((quote) => rawText(writer, quote, patterns)))

const rawText = (writer: LarkWriter, quote: string, patterns: ReadonlyArray<string>): string =>
  patterns.length > 0
    ? `${writer.text(quote)} ${writer.textUntil(quote, [`[^${quote}\\\\]*`, ...patterns])}`
    : writer.regex(`${quote}(?s:[^${quote}\\\\]|\\\\.)*${quote}`)

const rawPython: LiteralForm = {
  ...python,
  inner: python,
  string: rawString,
  literal: (writer, value) =>
    writer.choice(
      ['"', "'"]
        .filter((quote) => !value.includes(quote))
        .map((quote) => `${writer.text(quote)} ${writer.text(value + quote)}`)
    )
}

/** A call as Python writes it; null where an argument that has to be there is no name in Python. */
export const pythonCall =
  (rawStrings?: true): CallBlock["call"] =>
  (writer, { name, schema }) => {
    if (!bareName.test(name)) return null
    const rules = new LiteralRules(writer, rawStrings === true ? rawPython : python, schema.definitions)
    const shapes = objectShapes(schema.root, schema.definitions).flatMap((shape) => {
      const members = rules.members(
        shape,
        (key) => (bareName.test(key) ? `${key}=` : null),
        String.raw`[A-Za-z_][A-Za-z0-9_]*=`
      )
      return members === null ? [] : [members]
    })
    return shapes.length === 0 ? null : writer.sequence(writer.text(`${name}(`), writer.choice(shapes), '")"')
  }

/** Whether Python can write any call of this tool. */
const pythonWrites = ({ name, schema }: GrammarTool): boolean =>
  bareName.test(name) &&
  objectShapes(schema.root, schema.definitions).every(({ properties }) =>
    [...properties.keys()].every((key) => bareName.test(key))
  )

/** The blocks of calls as Python, and of those as JSON that Python cannot write: the same markers hold either. */
export const pythonBlocks = ({ start, end, rawStrings }: PythonicForm): ReadonlyArray<CallBlock> => {
  const json = jsonCall({ name: "name", input: "arguments" })
  const list = { openers: [start], at: "line", start: [`${start}[`], between: [", ", ","], end: [`]${end}`] } as const
  return [
    { ...list, call: pythonCall(rawStrings) },
    { ...list, call: (writer, tool) => (rawStrings === true || !pythonWrites(tool) ? json(writer, tool) : null) }
  ]
}
