/**
 * Mistral from tokenizer v11 on (Small 3.2, Devstral, Magistral, Ministral 3): `[TOOL_CALLS]name[ARGS]{…}` once a call;
 * `[CALL_ID]` may stand between, `[ARGS]` may be missing. Reasoning between `[THINK]` and `[/THINK]`.
 */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { namedCall } from "./grammar/json-call.ts"
import { parseJsonCalls, type ParsedBody } from "./json-calls.ts"
import { noCalls, parseNamedCall, textOf } from "./json-form.ts"
import type { Lexeme } from "./marker-lexer.ts"
import { mistralId, mistralMarker } from "./mistral.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns } from "./native-text.ts"
import { trackQuotes } from "./quote-tracker.ts"
import { readSpan } from "./span-reader.ts"

const argumentsMarker = "[ARGS]"
const idMarker = "[CALL_ID]"

/** A name, then an object; or the list of the older format, which some builds still write. */
const begins = (head: string): boolean | null => {
  if (/^[[{]/.test(head) || /^[\p{L}\p{N}_.:-]{1,128}\{/u.test(head)) return true
  return /^[\p{L}\p{N}_.:-]{1,128}$/u.test(head) ? null : false
}

const parse = (lexemes: ReadonlyArray<Lexeme>, closed: boolean): ParsedBody => {
  const text = textOf(lexemes.filter((_, index) => lexemes[index - 1]?.text !== idMarker))
    .replace(idMarker, "")
    .replace(argumentsMarker, "")
    .trim()
  if (text.startsWith("[") || text.startsWith("{")) return parseJsonCalls(text, closed)
  const from = text.indexOf("{")
  return from === -1
    ? noCalls("the call has no arguments")
    : parseNamedCall(text.slice(0, from).trim(), text.slice(from), closed)
}

export const mistralV11 = nativeFamily({
  name: "mistral_v11",
  detect: (facts) => hasSigns(facts, [mistralMarker, argumentsMarker]),
  reasoning: { start: "[THINK]", end: "[/THINK]" },
  format: () => ({
    markers: [mistralMarker, argumentsMarker, idMarker],
    reasonsAnywhere: true,
    open: (marker, { trusting }) =>
      marker === mistralMarker
        ? readSpan({
            enders: [mistralMarker],
            structural: [argumentsMarker, idMarker],
            tracker: trackQuotes('"'),
            balanced: true,
            begins,
            trusting,
            parse
          })
        : null
  }),
  grammar: callGrammar({
    blocks: [
      {
        openers: [mistralMarker],
        at: "line",
        start: [mistralMarker],
        between: null,
        end: [""],
        call: namedCall((writer, name) => {
          const id = `(${writer.text(idMarker)} ${writer.regex("[A-Za-z0-9]{9}")})?`
          return `${writer.text(name)} ${writer.isToken(idMarker) ? id : ""} ${writer.text(argumentsMarker)}`
        }, "")
      }
    ],
    between: ""
  }),
  renderCall: ({ name, input }: PastCall) => `${mistralMarker}${name}${argumentsMarker}${JSON.stringify(input)}`,
  templateId: mistralId,
  // What the model cards advise for tool use.
  sampling: { temperature: 0.15 }
})
