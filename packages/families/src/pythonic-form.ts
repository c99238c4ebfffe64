import type { Json } from "@pensieve/models"
import type { CallFormat } from "./call-format.ts"
import type { PastCall } from "./family.ts"
import { type BodyCall, parseJsonCalls, type ParsedBody } from "./json-calls.ts"
import { noCalls, textOf } from "./json-form.ts"
import { LiteralCursor, type LiteralStyle } from "./literals.ts"
import { trackQuotes } from "./quote-tracker.ts"
import { readSpan } from "./span-reader.ts"

/** The markers around calls written as Python. */
export interface PythonicForm {
  readonly start: string
  readonly end: string
  /** A list of calls may stand without its markers, as the whole rest of an answer, if all its tools are declared. */
  readonly bareLists: boolean
  /** Ends of messages and turns. */
  readonly silent: ReadonlyArray<string>
  /** Strings that are arguments of their own are written without escapes. */
  readonly rawStrings?: true
}

const escaped: LiteralStyle = { bare: false, delimiter: null }
const raw: LiteralStyle = { ...escaped, rawStrings: true }

/** Reads `[f(a="x"), g()]`, or such calls one a line. What is beside a good call is left over. */
export const parsePythonCalls = (text: string, style: LiteralStyle = escaped): ParsedBody => {
  const cursor = new LiteralCursor(text, style)
  const calls: Array<BodyCall> = []
  const leftovers: Array<string> = []
  cursor.space()
  const listed = cursor.take("[")
  for (;;) {
    cursor.space()
    if (listed ? cursor.take("]") : cursor.atEnd) break
    const from = cursor.at
    const call = readCall(cursor)
    if (call !== null) {
      calls.push(call)
      cursor.space()
      if (cursor.take(",") || cursor.take(";") || !listed || cursor.peek("]")) continue
    }
    const to = listed ? -1 : text.indexOf("\n", from)
    leftovers.push(text.slice(call === null ? from : cursor.at, to === -1 ? undefined : to))
    cursor.at = to === -1 ? text.length : to
    if (to === -1) break
  }
  const rest = text.slice(cursor.at).trim()
  if (calls.length === 0) return noCalls("the call is not valid Python")
  return { calls, leftovers: [...leftovers, rest].filter((leftover) => leftover !== ""), problem: null }
}

/** Reads `f(a="x")`; null where that is not what comes. */
export const readCall = (cursor: LiteralCursor): BodyCall | null => {
  const name = cursor.name()
  cursor.space()
  if (name === "" || !cursor.take("(")) return null
  const entries: Array<[string, Json]> = []
  for (;;) {
    cursor.space()
    if (cursor.take(")")) return { name, input: Object.fromEntries(entries) }
    const key = cursor.name()
    cursor.space()
    if (key === "" || !cursor.take("=")) return null
    const value = cursor.value(0)
    if (value === undefined) return null
    entries.push([key, value])
    cursor.space()
    if (!cursor.take(",") && !cursor.peek(")")) return null
  }
}

/** A value as a Python literal. */
const python = (value: Json): string => {
  if (value === null) return "None"
  if (typeof value === "boolean") return value ? "True" : "False"
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${python(one)}`)
      .join(", ")}}`
  return JSON.stringify(value)
}

/** A call as Python writes it, without markers. */
export const renderPython = ({ name, input }: PastCall): string =>
  `${name}(${Object.entries(input)
    .map(([key, value]) => `${key}=${python(value)}`)
    .join(", ")})`

/** `[f(`, white space left out; whether this can begin a list of calls. */
const beginsList = (head: string): boolean | null => {
  if (/^\[[\p{L}_][\p{L}\p{N}_.-]{0,127}\(/u.test(head)) return true
  return /^\[(?:[\p{L}_][\p{L}\p{N}_.-]{0,127})?$/u.test(head) ? null : false
}

/** The format of calls written as Python; JSON in the same markers counts too. */
export const pythonicFormat = (
  form: PythonicForm,
  toolNames: ReadonlyArray<string>
): Pick<CallFormat, "markers" | "closers" | "open"> => {
  const style = form.rawStrings === true ? raw : escaped
  return {
    markers: [form.start, ...(form.bareLists ? ["["] : [])],
    closers: [form.end],
    open: (marker, { trusting }) => {
      if (marker === form.start) {
        return readSpan({
          closers: [form.end],
          enders: [form.start],
          tracker: trackQuotes("\"'"),
          begins: (head) => /^[\p{L}_[{]/u.test(head),
          trusting,
          parse: (lexemes, closed) => {
            const text = textOf(lexemes).trim()
            return /^[{[]\s*[{"]/.test(text) ? parseJsonCalls(text, closed) : parsePythonCalls(text, style)
          }
        })
      }
      if (marker !== "[") return null
      const reader = readSpan({
        tracker: trackQuotes("\"'"),
        enders: [form.start],
        balanced: true,
        tail: "end-only",
        begins: beginsList,
        weak: true,
        silent: form.silent,
        trusting,
        parse: (lexemes) => {
          const parsed = parsePythonCalls(textOf(lexemes), style)
          const clean = parsed.leftovers.length === 0 && parsed.calls.every(({ name }) => toolNames.includes(name))
          return clean ? parsed : noCalls("the list is no list of calls")
        }
      })
      reader.add({ kind: "text", text: "[" })
      return reader
    }
  }
}
