import type { CallFormat } from "./call-format.ts"
import { type BodyCall, type ParsedBody, withRepairs } from "./json-calls.ts"
import { noCalls, parseNamedCall } from "./json-form.ts"
import type { Lexeme } from "./marker-lexer.ts"
import { trackQuotes } from "./quote-tracker.ts"
import type { RepairRule } from "./repair-rules.ts"
import { readSpan } from "./span-reader.ts"

/** A section of calls, each between two markers, its name and its arguments parted by a third. */
export interface SectionForm {
  readonly sectionStart: string
  readonly sectionEnd: string
  readonly callStart: string
  readonly separator: string
  readonly callEnd: string
  /** The name and the JSON of a call, from what stands before and behind the separator. */
  read(
    before: string,
    behind: string
  ): { readonly name: string; readonly json: string; readonly repairs?: ReadonlyArray<RepairRule> }
}

/** The format of calls in sections. A call may stand without its section. */
export const sectionFormat = (form: SectionForm): Pick<CallFormat, "markers" | "closers" | "silent" | "open"> => {
  const { sectionStart, sectionEnd, callStart, separator, callEnd } = form
  return {
    markers: [sectionStart, callStart, separator],
    closers: [sectionEnd, callEnd],
    silent: [sectionEnd],
    open: (marker, { trusting }) => {
      if (marker !== sectionStart && marker !== callStart) return null
      const section = marker === sectionStart
      return readSpan({
        closers: section ? [sectionEnd] : [callEnd, sectionEnd],
        enders: section ? [sectionStart] : [sectionStart, callStart],
        structural: section ? [callStart, separator, callEnd] : [separator],
        tracker: trackQuotes('"'),
        trusting,
        parse: (lexemes, closed) =>
          section
            ? parseSection(form, lexemes, { closed, whole: closed })
            : parseSection(form, [{ kind: "marker", text: callStart }, ...lexemes], { closed, whole: true })
      })
    }
  }
}

/** `closed`: the end marker is there; `whole`: a call without arguments is one that lacks them, not one that is still being written. */
const parseSection = (
  form: SectionForm,
  lexemes: ReadonlyArray<Lexeme>,
  { closed, whole }: { readonly closed: boolean; readonly whole: boolean }
): ParsedBody => {
  const calls: Array<BodyCall> = []
  const leftovers: Array<string> = []
  let problem = "the section holds no call"
  let before: string | null = null
  let behind: string | null = null
  const finish = (ended: boolean) => {
    if (before === null) return
    const { name, json, repairs = [] } = form.read(before, behind ?? "")
    const lacking = behind === null || (!ended && json.trim() === "")
    const parsed = lacking ? noCalls("the call has no arguments") : parseNamedCall(name, json, ended)
    calls.push(...parsed.calls.map((call) => withRepairs(call, repairs)))
    if (parsed.problem !== null) {
      problem = parsed.problem
      leftovers.push(`${form.callStart}${before}${form.separator}${behind ?? ""}`)
    }
    before = null
    behind = null
  }
  for (const { kind, text } of lexemes) {
    if (kind === "marker" && (text === form.callStart || text === form.callEnd)) {
      finish(text === form.callEnd)
      if (text === form.callStart) before = ""
    } else if (kind === "marker" && text === form.separator && before !== null) behind ??= ""
    else if (behind !== null) behind += text
    else if (before !== null) before += text
    else if (text.trim() !== "") leftovers.push(text.trim())
  }
  if (whole || behind !== null) finish(closed)
  return calls.length > 0 ? { calls, leftovers, problem: null } : noCalls(problem)
}
