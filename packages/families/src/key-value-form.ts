import type { Json } from "@pensieve/models"
import type { CallFormat } from "./call-format.ts"
import type { ParserOptions, PastCall } from "./family.ts"
import { parseJsonCalls, type ParsedBody } from "./json-calls.ts"
import { noCalls, textOf } from "./json-form.ts"
import type { Lexeme } from "./marker-lexer.ts"
import type { QuoteTracker } from "./quote-tracker.ts"
import { ToolSchemas } from "./schema-values.ts"
import { readSpan } from "./span-reader.ts"
import { valueText } from "./tag-form.ts"

/** A name, then keys and values in tags of their own. */
export interface KeyValueForm {
  readonly callStart: string
  readonly callEnd: string
  readonly keyStart: string
  readonly keyEnd: string
  readonly valueStart: string
  readonly valueEnd: string
}

/** Inside a value the tags of calls are content. */
class ValueTracker implements QuoteTracker {
  readonly #form: KeyValueForm
  quoted = false

  constructor(form: KeyValueForm) {
    this.#form = form
  }

  follow(): boolean {
    return false
  }

  mark(marker: string): void {
    if (marker === this.#form.valueStart) this.quoted = true
    else if (marker === this.#form.valueEnd || marker === this.#form.keyStart) this.quoted = false
  }
}

/** The format of calls made of keys and values in tags. */
export const keyValueFormat = (
  form: KeyValueForm,
  options: ParserOptions
): Pick<CallFormat, "markers" | "closers" | "open"> => {
  const { callStart, callEnd, keyStart, keyEnd, valueStart, valueEnd } = form
  const schemas = new ToolSchemas(options)
  return {
    markers: [callStart, keyStart, keyEnd, valueStart, valueEnd],
    closers: [callEnd],
    open: (marker, { trusting }) =>
      marker === callStart
        ? readSpan({
            closers: [callEnd],
            enders: [callStart],
            always: [keyStart, keyEnd, valueStart, valueEnd],
            tracker: new ValueTracker(form),
            begins: (head) => /^[\p{L}\p{N}_{]/u.test(head),
            trusting,
            parse: (lexemes, closed) => parse(form, schemas, lexemes, closed)
          })
        : null
  }
}

const parse = (
  form: KeyValueForm,
  schemas: ToolSchemas,
  lexemes: ReadonlyArray<Lexeme>,
  closed: boolean
): ParsedBody => {
  const [first, ...rest] = lexemes
  if (first?.kind !== "text") return noCalls("the call has no name")
  const name = first.text.trim()
  // Some of these models write JSON into the same tags.
  if (name.startsWith("{")) return parseJsonCalls(textOf(lexemes), closed)
  if (rest.length === 0) {
    const plain = !/\s/.test(name) && first.text.startsWith(name)
    return plain && (closed || schemas.suffices(name, []))
      ? { calls: [{ name, input: {} }], leftovers: [], problem: null }
      : noCalls("the call has no arguments")
  }
  if (/\s/.test(name)) return noCalls("the call's name has white space in it")
  return readPairs(form, schemas, name, rest, closed)
}

/** Keys and values in turn. Any one of the four tags may be missing. */
const readPairs = (
  form: KeyValueForm,
  schemas: ToolSchemas,
  name: string,
  lexemes: ReadonlyArray<Lexeme>,
  closed: boolean
): ParsedBody => {
  const entries = new Map<string, Json>()
  let at: "outside" | "key" | "value" = "outside"
  let key: string | null = null
  let words = ""
  const finish = () => {
    if (at === "key") key = words.trim()
    else if (key !== null && (at === "value" || words.trim() !== "")) {
      entries.set(key, schemas.read(name, key, at === "value" ? words : words.trim()))
      key = null
    }
    words = ""
    at = "outside"
  }
  for (const { kind, text } of lexemes) {
    if (kind === "text") words += text
    else {
      if (text !== form.valueStart || at !== "outside" || words.trim() !== "") finish()
      words = ""
      if (text === form.keyStart) at = "key"
      else if (text === form.valueStart) at = "value"
    }
  }
  const open = at !== "outside" || (key !== null && words.trim() !== "")
  if (open && !closed) return noCalls("the call is not finished")
  finish()
  if (!closed && !schemas.suffices(name, [...entries.keys()])) return noCalls("the call is not finished")
  return { calls: [{ name, input: Object.fromEntries(entries) }], leftovers: [], problem: null }
}

/** A call as the form writes it. */
export const renderKeyValues = (form: KeyValueForm, { name, input }: PastCall): string =>
  [
    `${form.callStart}${name}`,
    ...Object.entries(input).map(
      ([key, value]) => `${form.keyStart}${key}${form.keyEnd}\n${form.valueStart}${valueText(value)}${form.valueEnd}`
    ),
    form.callEnd
  ].join("\n")
