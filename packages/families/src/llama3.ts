/**
 * Llama 3.1 to 3.3: `{"name": …, "parameters": …}` as the whole answer, after `<|python_tag|>` or without it; several
 * are separated by semicolons or line ends.
 */
import { readBareJson } from "./bare-json.ts"
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { bareJsonCall } from "./grammar/json-call.ts"
import { parseJsonCalls } from "./json-calls.ts"
import { textOf } from "./json-form.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns, templateHas } from "./native-text.ts"
import { trackQuotes } from "./quote-tracker.ts"
import { readSpan } from "./span-reader.ts"

const tag = "<|python_tag|>"
/** Ends of messages and turns. */
const ends = ["<|eom_id|>", "<|eot_id|>"]

const block = { between: ["; "], end: [""], call: bareJsonCall({ name: "name", input: "parameters" }) }

export const llama3 = nativeFamily({
  name: "llama3_json",
  // The vocabulary has the tag even where the template does not write it.
  detect: (facts) =>
    hasSigns(facts, [tag]) && templateHas(facts, "parameters") && !templateHas(facts, "<|python_start|>"),
  reasoning: null,
  format: ({ toolNames }) => ({
    markers: [tag, "{"],
    silent: ends,
    open: (marker, { fresh, trusting }) => {
      if (marker === "{") return readBareJson({ opener: "{", enders: [tag], silent: ends, fresh, trusting, toolNames })
      if (marker !== tag) return null
      return readSpan({
        tracker: trackQuotes('"'),
        enders: [tag],
        balanced: true,
        tail: "more-calls",
        silent: ends,
        begins: (head) => head.startsWith("{") || head.startsWith("["),
        trusting,
        parse: (lexemes, closed) => parseJsonCalls(textOf(lexemes), closed)
      })
    }
  }),
  // A bare object that begins with a name is a call wherever tools are offered: the form has no other sign.
  grammar: callGrammar({
    blocks: [
      { ...block, openers: ['{"name": "', '{"name":"'], at: "start", start: [""] },
      { ...block, openers: [tag], at: "anywhere", start: [tag] }
    ],
    between: null
  }),
  renderCall: ({ name, input }: PastCall) =>
    `{"name": ${JSON.stringify(name)}, "parameters": ${JSON.stringify(input)}}`,
  // What the models' own configuration says.
  sampling: { temperature: 0.6, topP: 0.9 }
})
