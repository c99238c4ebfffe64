import type { CallReader } from "./call-format.ts"
import { parseJsonCalls, type ParsedBody } from "./json-calls.ts"
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
}

/** How the object of a call can begin, white space left out. */
const beginnings = ['{"name":', '{"type":"function"', '{"function":', '{"parameters":', '{"arguments":']

const begins = (head: string): boolean | null => {
  if (beginnings.some((beginning) => head.startsWith(beginning))) return true
  return beginnings.some((beginning) => beginning.startsWith(head)) ? null : false
}

const argumentsKey = /"(?:parameters|arguments)"\s*:/

/** Without a marker an object that has a name may be any data: its tool is declared, or it has arguments. */
const parseBare = (text: string, closed: boolean, { toolNames, fresh }: BareJson): ParsedBody => {
  const parsed = parseJsonCalls(text, closed)
  const isCall = parsed.calls.every(
    ({ name, repairs }) => toolNames.includes(name) || (fresh && repairs === undefined && argumentsKey.test(text))
  )
  return isCall ? parsed : noCalls("the JSON is no call")
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
