import { Result } from "effect"
import { parseArguments, parseJsonCalls, type ParsedBody, withRepairs } from "./json-calls.ts"
import type { Lexeme } from "./marker-lexer.ts"
import { trackQuotes } from "./quote-tracker.ts"
import type { SpanRules } from "./span-reader.ts"

/** A list or an object whose first item or key is quoted. Inside a JSON string its quotation mark would end the string. */
const beginsLikeJson = /^\s*[[{][\s[{]*"/

/** The text of a body, whatever its lexemes. */
export const textOf = (lexemes: ReadonlyArray<Lexeme>): string => lexemes.map(({ text }) => text).join("")

/** What is no call at all. */
export const noCalls = (problem: string): ParsedBody => ({ calls: [], leftovers: [], problem })

/** Rules for a body of JSON calls between an opening marker and a closing one; the opening one also ends the call before. */
export const jsonBetween = (opener: string, closers: ReadonlyArray<string>, trusting: boolean): SpanRules => ({
  closers,
  enders: [opener],
  tracker: trackQuotes('"'),
  begins: (head) => head.startsWith("{") || head.startsWith("["),
  trusting,
  doubts: (lexemes) =>
    lexemes.some(
      ({ kind, text }, index) =>
        kind === "marker" && text === opener && beginsLikeJson.test(lexemes[index + 1]?.text ?? "")
    ),
  parse: (lexemes, closed) => parseJsonCalls(textOf(lexemes), closed)
})

/** A call whose name stands outside its arguments. */
export const parseNamedCall = (name: string, input: string, closed: boolean): ParsedBody => {
  if (name === "") return noCalls("the call has no name")
  const read = parseArguments(input, closed)
  return Result.isFailure(read)
    ? noCalls(read.failure)
    : { calls: [withRepairs({ name, input: read.success.input }, read.success.repairs)], leftovers: [], problem: null }
}
