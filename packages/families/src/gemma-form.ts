import { isJsonObject, type Json } from "@pensieve/models"
import type { CallFormat } from "./call-format.ts"
import type { ParserOptions, PastCall } from "./family.ts"
import type { BodyCall, ParsedBody } from "./json-calls.ts"
import { noCalls, textOf } from "./json-form.ts"
import { LiteralCursor } from "./literals.ts"
import { trackMarkedStrings } from "./quote-tracker.ts"
import { readCall } from "./pythonic-form.ts"
import { ToolSchemas } from "./schema-values.ts"
import { readSpan } from "./span-reader.ts"

/** `call:name{key:value}` between two markers, strings between two of a third. */
export interface GemmaForm {
  readonly start: string
  readonly end: string
  /** Markers that end a call whose own end is missing. */
  readonly otherEnds: ReadonlyArray<string>
  readonly quote: string
}

const begins = (head: string): boolean | null => {
  if (/^:?call:/.test(head)) return true
  return "call:".startsWith(head) || ":call:".startsWith(head) ? null : false
}

/** The format of Gemma's calls. */
export const gemmaFormat = (
  form: GemmaForm,
  options: ParserOptions
): Pick<CallFormat, "markers" | "closers" | "open"> => {
  const schemas = new ToolSchemas(options)
  return {
    markers: [form.start, form.quote],
    closers: [form.end],
    open: (marker, { trusting }) =>
      marker === form.start
        ? readSpan({
            closers: [form.end, ...form.otherEnds],
            enders: [form.start],
            always: [form.quote],
            tracker: trackMarkedStrings("", form.quote),
            begins,
            trusting,
            parse: (lexemes, closed) => {
              const text = textOf(lexemes)
              const parsed = parse(form, text)
              const bare = parsed.problem !== null && closed ? readBareEnd(form, schemas, text) : null
              return bare === null ? parsed : { calls: [bare], leftovers: [], problem: null }
            }
          })
        : null
  }
}

/**
 * A call whose last value is a text without quotation marks that goes on up to the closing marker, without the closing
 * brace: only for a parameter that takes nothing but text, and only where no other parameter can begin inside it.
 */
const readBareEnd = (form: GemmaForm, schemas: ToolSchemas, text: string): BodyCall | null => {
  if (text.includes(form.quote) || text.trimEnd().endsWith("}")) return null
  const [, name, rest] = /^\s*:?call:([\p{L}_][\p{L}\p{N}_.-]*)\{([^]*)$/u.exec(text) ?? []
  const [, key, value] = /^\s*([\p{L}_][\p{L}\p{N}_$-]*):([^]*)$/u.exec(rest ?? "") ?? []
  if (name === undefined || key === undefined || value === undefined || !schemas.takesOnlyText(name, key)) return null
  const others = [...value.matchAll(/,\s*([\p{L}_][\p{L}\p{N}_$-]*):/gu)].map(([, other]) => other ?? "")
  if (others.some((other) => schemas.hasParameter(name, other))) return null
  return { name, input: { [key]: value }, repairs: ["unquoted-words", "missing-brackets"] }
}

const parse = (form: GemmaForm, text: string): ParsedBody => {
  const cursor = new LiteralCursor(text, { bare: true, delimiter: form.quote })
  const calls: Array<BodyCall> = []
  for (;;) {
    cursor.space()
    cursor.take(",")
    cursor.take(":")
    if (!cursor.take("call:")) break
    const from = cursor.at
    const name = cursor.name()
    // Small models write Python's parentheses.
    if (cursor.peek("(")) cursor.at = from
    const input = cursor.at === from ? readCall(cursor)?.input : cursor.value(0)
    if (name === "" || !isJsonObject(input)) return noCalls("the call's arguments are not complete")
    calls.push({ name, input })
    cursor.space()
  }
  const rest = text.slice(cursor.at).trim()
  if (calls.length === 0) return noCalls("the call has no name")
  return { calls, leftovers: rest === "" ? [] : [rest], problem: null }
}

const render = (form: GemmaForm, value: Json): string => {
  if (typeof value === "string") return `${form.quote}${value}${form.quote}`
  if (Array.isArray(value)) return `[${value.map((one) => render(form, one)).join(",")}]`
  if (isJsonObject(value))
    return `{${Object.entries(value)
      .map(([key, one]) => `${key}:${render(form, one)}`)
      .join(",")}}`
  return JSON.stringify(value)
}

/** A call as the form writes it. */
export const renderGemmaCall = (form: GemmaForm, { name, input }: PastCall): string =>
  `${form.start}call:${name}${render(form, input)}${form.end}`
