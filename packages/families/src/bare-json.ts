import type { CallReader } from "./call-format.ts"
import { parseJsonCalls, type ParsedBody, withRepairs } from "./json-calls.ts"
import { noCalls, textOf } from "./json-form.ts"
import { trackQuotes } from "./quote-tracker.ts"
import { readSpan } from "./span-reader.ts"

/** JSON calls without any marker. */
export interface BareJson {
  /** The letter with which the JSON begins; it has been read. */
  readonly opener: "{" | "["
  /** Markers that begin a call of another kind. */
  readonly enders: ReadonlyArray<string>
  /** At the beginning of an answer, or right behind a call. */
  readonly fresh: boolean
  /** Markers that may follow a call and say nothing. */
  readonly silent: ReadonlyArray<string>
  readonly trusting: boolean
  readonly toolNames: ReadonlyArray<string>
  /** The family writes markers around its calls; this one lacks them. */
  readonly rescued?: true
}

/** How the object of a call can begin, white space left out. */
const beginnings = ['{"name":', '{"type":"function"', '{"function":', '{"parameters":', '{"arguments":']

const begins = (head: string): boolean | null => {
  if (beginnings.some((beginning) => head.startsWith(beginning))) return true
  return beginnings.some((beginning) => beginning.startsWith(head)) ? null : false
}

/** Whether code can be a call as JSON; null while undecided. */
export const beginsLikeBareCall = (code: string): boolean | null => {
  const head = code.replaceAll(/\s/g, "")
  return begins(head.startsWith("[") ? head.slice(1) : head)
}

const argumentsKey = /"(?:parameters|arguments)"\s*:/

/** Without a marker an object that has a name may be any data: its tool is declared, or it has arguments. */
const parseBare = (text: string, closed: boolean, { toolNames, fresh, rescued }: BareJson): ParsedBody => {
  const parsed = parseJsonCalls(text, closed)
  const isCall = parsed.calls.every(
    ({ name, repairs }) => toolNames.includes(name) || (fresh && repairs === undefined && argumentsKey.test(text))
  )
  if (!isCall) return noCalls("the JSON is no call")
  return rescued === true ? { ...parsed, calls: parsed.calls.map((call) => withRepairs(call, ["bare-call"])) } : parsed
}

/**
 * Reads calls that are JSON without a marker. At the beginning of an answer they may be anybody's, elsewhere nothing may
 * follow them and all their tools must be declared; otherwise they are text.
 */
export const readBareJson = (bare: BareJson): CallReader => {
  const reader = readSpan({
    tracker: trackQuotes('"'),
    enders: bare.enders,
    balanced: true,
    tail: bare.fresh ? "more-calls" : "end-only",
    begins: (head) => begins(bare.opener === "[" ? head.slice(1) : head),
    weak: true,
    silent: bare.silent,
    trusting: bare.trusting,
    parse: (lexemes, closed) => parseBare(textOf(lexemes), closed, bare)
  })
  reader.add({ kind: "text", text: bare.opener })
  return reader
}
