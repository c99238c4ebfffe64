/**
 * Llama 3.1 to 3.3: `{"name": …, "parameters": …}` as the whole answer, after `<|python_tag|>` or without it; several
 * are separated by semicolons or line ends. Without the tag an object is a call only where an answer begins, or where
 * nothing follows it and its tool is declared.
 */
import type { CallFormat, CallReader } from "./call-format.ts"
import type { ParserOptions, PastCall } from "./family.ts"
import { parseJsonCalls, type ParsedBody } from "./json-calls.ts"
import { noCalls, textOf } from "./json-form.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns, templateHas } from "./native-text.ts"
import { trackQuotes } from "./quote-tracker.ts"
import { readSpan } from "./span-reader.ts"

const tag = "<|python_tag|>"

/** How the object of a call can begin, white space left out. */
const beginnings = ['{"name":', '{"type":"function"', '{"function":', '{"parameters":', '{"arguments":']

const begins = (head: string): boolean | null => {
  if (beginnings.some((beginning) => head.startsWith(beginning))) return true
  return beginnings.some((beginning) => beginning.startsWith(head)) ? null : false
}

const argumentsKey = /"(?:parameters|arguments)"\s*:/

/** Without a marker an object that has a name may be any data: its tool is declared, or it has arguments. */
const parseBare = (text: string, toolNames: ReadonlyArray<string>, onlyDeclared: boolean): ParsedBody => {
  const parsed = parseJsonCalls(text)
  const isCall = parsed.calls.every(({ name }) => toolNames.includes(name) || (!onlyDeclared && argumentsKey.test(text)))
  return isCall ? parsed : noCalls("the object is no call")
}

const readBare = (fresh: boolean, trusting: boolean, toolNames: ReadonlyArray<string>): CallReader => {
  const reader = readSpan({
    tracker: trackQuotes('"'),
    enders: [tag],
    balanced: true,
    tail: fresh ? "more-calls" : "end-only",
    begins,
    weak: true,
    trusting,
    parse: (lexemes) => parseBare(textOf(lexemes), toolNames, !fresh)
  })
  reader.add({ kind: "text", text: "{" })
  return reader
}

const format = ({ toolNames }: ParserOptions): Pick<CallFormat, "markers" | "silent" | "open"> => ({
  markers: [tag, "{"],
  silent: ["<|eom_id|>", "<|eot_id|>"],
  open: (marker, { fresh, trusting }) => {
    if (marker === "{") return readBare(fresh, trusting, toolNames)
    if (marker !== tag) return null
    return readSpan({
      tracker: trackQuotes('"'),
      enders: [tag],
      balanced: true,
      tail: "more-calls",
      begins: (head) => head.startsWith("{") || head.startsWith("["),
      trusting,
      parse: (lexemes) => parseJsonCalls(textOf(lexemes))
    })
  }
})

export const llama3 = nativeFamily({
  name: "llama3_json",
  // The vocabulary has the tag even where the template does not write it.
  detect: (facts) => hasSigns(facts, [tag]) && templateHas(facts, "parameters") && !templateHas(facts, "<|python_start|>"),
  reasoning: null,
  format,
  renderCall: ({ name, input }: PastCall) => `{"name": ${JSON.stringify(name)}, "parameters": ${JSON.stringify(input)}}`,
  // What the models' own configuration says.
  sampling: { temperature: 0.6, topP: 0.9 }
})
