import { isDeepStrictEqual } from "node:util"
import { parse, TomlError } from "smol-toml"
import type { Json } from "./change.ts"
import { type SettingsFormat, type TextProblem, valueIn } from "./settings-format.ts"

/**
 * TOML, edited by lines: a value of the top level (`["model"]`) is a line, a mapping (`["model_providers", "pensieve"]`) is a table of its own.
 * An edit counts only if the text says afterwards exactly what it is to say.
 */
export const tomlFormat: SettingsFormat = {
  name: "TOML",
  empty: "",
  problemOf: (text) => {
    const read = readToml(text)
    return "problem" in read ? read.problem : undefined
  },
  valueAt: (text, path) => valueIn(dataOf(text), path),
  withValue: (text, path, value) => {
    const edited = path.length === 1 ? withLine(text, path[0] ?? "", value) : withTable(text, path, value)
    return isDeepStrictEqual(dataOf(edited), dataWith(dataOf(text), path, value)) ? edited : undefined
  }
}

type Read = { readonly data: Json } | { readonly problem: TextProblem }

const readToml = (text: string): Read => {
  try {
    // Dates and large numbers are compared, never written.
    return { data: JSON.parse(JSON.stringify(parse(text))) }
  } catch (error) {
    const [line, column] = error instanceof TomlError ? [error.line, error.column] : [1, 1]
    const [problem = ""] = error instanceof Error ? error.message.split("\n") : []
    return { problem: { line, column, problem } }
  }
}

const dataOf = (text: string): Json | undefined => {
  const read = readToml(text)
  return "data" in read ? read.data : undefined
}

/** Plain data with another value at a path. Mappings that become empty go: in TOML nothing says that they are there. */
const dataWith = (
  data: Json | undefined,
  [key = "", ...rest]: ReadonlyArray<string>,
  value: Json | undefined
): Json => {
  const entries = typeof data === "object" && data !== null ? Object.entries(data) : []
  const others = entries.filter(([name]) => name !== key)
  const next = rest.length === 0 ? value : dataWith(valueIn(data, [key]), rest, value)
  const gone = next === undefined || (rest.length > 0 && isDeepStrictEqual(next, {}))
  return Object.fromEntries(gone ? others : [...others, [key, next]])
}

const header = /^[ \t]*\[/m

/** A line of the top level: what stands before its value, the value, and what follows on the line. */
const lineOf = (key: string): RegExp =>
  new RegExp(
    `^([ \\t]*(?:${key}|"${key}")[ \\t]*=[ \\t]*)("(?:[^"\\\\\\n]|\\\\.)*"|'[^'\\n]*'|[^\\s#"'\\[{][^#\\n]*?)([ \\t]*(?:#.*)?)(\\r?\\n|$)`,
    "m"
  )

const withLine = (text: string, key: string, value: Json | undefined): string => {
  const end = header.exec(text)?.index ?? text.length
  const [head, tail] = [text.slice(0, end), text.slice(end)]
  const found = lineOf(key).exec(head)
  if (found === null) return value === undefined ? text : `${key} = ${scalar(value)}${lineEnd(text)}${text}`
  const [whole, before = "", , after = "", ending = ""] = found
  const line = value === undefined ? "" : `${before}${scalar(value)}${after}${ending}`
  return head.slice(0, found.index) + line + head.slice(found.index + whole.length) + tail
}

const withTable = (text: string, path: ReadonlyArray<string>, value: Json | undefined): string => {
  const lines = text.split(/(?<=\n)/)
  const title = `[${path.join(".")}]`
  const start = lines.findIndex((line) => line.replace(/#.*/, "").replaceAll(/\s/g, "") === title)
  const eol = lineEnd(text)
  const written = value === undefined ? "" : [title, ...linesOf(value), ""].join(eol)
  if (start === -1) {
    if (value === undefined) return text
    const gap = text === "" ? "" : text.endsWith("\n") ? eol : eol + eol
    return text + gap + written
  }
  const length = lines.slice(start + 1).findIndex((line) => header.test(line))
  const end = length === -1 ? lines.length : start + 1 + length
  const following = lines.slice(end).join("")
  const previous = lines.slice(0, start).join("")
  if (value === undefined) return following === "" ? previous.replace(/(\r?\n)\r?\n$/, "$1") : previous + following
  return previous + written + (following === "" ? "" : eol) + following
}

const linesOf = (table: Json): ReadonlyArray<string> =>
  typeof table === "object" && table !== null
    ? Object.entries(table).map(([key, value]) => `${key} = ${scalar(value)}`)
    : []

/** JSON's texts and numbers are TOML's as well. */
const scalar = (value: Json): string => JSON.stringify(value)

const lineEnd = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n")
