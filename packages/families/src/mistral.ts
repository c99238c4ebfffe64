/** Mistral up to tokenizer v7 (7B v0.3, Nemo, Small 2409): `[TOOL_CALLS][{"name": …, "arguments": …, "id": …}]`. */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { jsonListBlock } from "./grammar/json-call.ts"
import { parseJsonCalls } from "./json-calls.ts"
import { textOf } from "./json-form.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns } from "./native-text.ts"
import { trackQuotes } from "./quote-tracker.ts"
import { readSpan } from "./span-reader.ts"

/** What begins calls in all of Mistral's formats. */
export const mistralMarker = "[TOOL_CALLS]"

/** The templates refuse ids that are not exactly nine letters or digits. Counted, so that they are unique and stay the same. */
export const mistralId = ({ ordinal }: { readonly ordinal: number }): string =>
  `call${ordinal.toString(36).padStart(5, "0").slice(-5)}`

export const mistral = nativeFamily({
  name: "mistral",
  detect: (facts) => hasSigns(facts, [mistralMarker]),
  reasoning: null,
  format: () => ({
    markers: [mistralMarker],
    open: (marker, { trusting }) =>
      marker === mistralMarker
        ? readSpan({
            enders: [mistralMarker],
            tracker: trackQuotes('"'),
            balanced: true,
            begins: (head) => head.startsWith("[") || head.startsWith("{"),
            trusting,
            parse: (lexemes, closed) => parseJsonCalls(textOf(lexemes), closed)
          })
        : null
  }),
  grammar: callGrammar({
    blocks: [
      jsonListBlock({
        opener: mistralMarker,
        end: "]",
        keys: { name: "name", input: "arguments", after: { key: "id", value: '"[A-Za-z0-9]{9}"' } }
      })
    ],
    between: null
  }),
  renderCall: ({ name, input }: PastCall) =>
    `${mistralMarker}[{"name": ${JSON.stringify(name)}, "arguments": ${JSON.stringify(input)}}]`,
  templateId: mistralId,
  // What the model cards advise for tool use.
  sampling: { temperature: 0.3 }
})
