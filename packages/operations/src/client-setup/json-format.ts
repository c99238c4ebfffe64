import {
  applyEdits,
  type FormattingOptions,
  modify,
  parse,
  type ParseError,
  parseTree,
  printParseErrorCode
} from "jsonc-parser"
import { type SettingsFormat, type TextProblem, valueIn } from "./settings-format.ts"

/** A JSON object. Comments and trailing commas are allowed, as editors' settings have them. */
export const jsonFormat: SettingsFormat = {
  name: "JSON",
  empty: "{}\n",
  problemOf: (text) => {
    const errors: Array<ParseError> = []
    const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false })
    const [error] = errors
    if (error !== undefined) return { ...placeOf(text, error.offset), problem: printParseErrorCode(error.error) }
    return root?.type === "object" ? undefined : { line: 1, column: 1, problem: "it is not an object" }
  },
  valueAt: (text, path) => valueIn(parse(text, [], { allowTrailingComma: true }), path),
  withValue: (text, path, value) =>
    applyEdits(text, modify(text, [...path], value, { formattingOptions: formattingOf(text) }))
}

/** The text's own indentation and line ends; two spaces where it has none. */
const formattingOf = (text: string): FormattingOptions => {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? "  "
  return {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.startsWith("\t") ? 1 : indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n"
  }
}

const placeOf = (text: string, offset: number): Omit<TextProblem, "problem"> => {
  const lines = text.slice(0, offset).split("\n")
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
