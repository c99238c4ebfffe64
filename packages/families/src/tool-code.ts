import type { CallReader } from "./call-format.ts"
import { noCalls, textOf } from "./json-form.ts"
import { type ParsedBody, withRepairs } from "./json-calls.ts"
import { parsePythonCalls } from "./pythonic-form.ts"
import { readSpan } from "./span-reader.ts"
import { trackQuotes } from "./quote-tracker.ts"

/** The name that models of Gemma's kind give to the code of a call, as the word of a fence and as a variable. */
export const toolCode = "tool_code"

/** `print(f(a=1))`, and a `print(tool_code)` behind the call: how the examples of their training show a result. */
export const parseToolCode = (code: string): ParsedBody => {
  const alone = code.trim().replace(/\n\s*print\(tool_code\)$/, "")
  return parsePythonCalls(/^print\(([^]*)\)$/.exec(alone)?.[1] ?? alone)
}

/** `= f(`, white space left out; null while undecided. */
const begins = (head: string): boolean | null => {
  if (/^=[\p{L}_][\p{L}\p{N}_.]{0,127}\(/u.test(head)) return true
  return /^=(?:[\p{L}_][\p{L}\p{N}_.]{0,127})?$/u.test(head) ? null : false
}

/** Reads `tool_code = f(…)` from behind its first word: a call where it is the rest of the answer, and its tool declared. */
export const readToolCode = (toolNames: ReadonlyArray<string>): CallReader =>
  readSpan({
    tracker: trackQuotes("\"'"),
    weak: true,
    trusting: true,
    begins,
    parse: (lexemes) => {
      const parsed = parseToolCode(textOf(lexemes).trimStart().slice(1))
      const declared = parsed.leftovers.length === 0 && parsed.calls.every(({ name }) => toolNames.includes(name))
      return declared
        ? { ...parsed, calls: parsed.calls.map((call) => withRepairs(call, ["bare-call"])) }
        : noCalls("the code is no call")
    }
  })
