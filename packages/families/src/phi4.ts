/** Phi-4-mini: `functools[{"name": …, "arguments": …}]`, or the list between `<|tool_call|>` and `<|/tool_call|>`. */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { jsonListBlock } from "./grammar/json-call.ts"
import { parseJsonCalls } from "./json-calls.ts"
import { textOf } from "./json-form.ts"
import { jsonMarkerFormat } from "./json-marker-format.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns, templateHas } from "./native-text.ts"
import { trackQuotes } from "./quote-tracker.ts"
import { readSpan } from "./span-reader.ts"

const word = "functools["
const marked = jsonMarkerFormat(["<|tool_call|>"], ["<|/tool_call|>"])

export const phi4 = nativeFamily({
  name: "phi4",
  detect: (facts) => hasSigns(facts, ["<|tool|>", "<|/tool|>"]) || templateHas(facts, word),
  reasoning: null,
  format: () => ({
    ...marked,
    markers: [...marked.markers, word],
    open: (marker, place) => {
      if (marker !== word) return marked.open(marker, place)
      const reader = readSpan({
        tracker: trackQuotes('"'),
        balanced: true,
        begins: (head) => (head === "[" ? null : head.startsWith("[{")),
        weak: true,
        trusting: place.trusting,
        parse: (lexemes, closed) => parseJsonCalls(textOf(lexemes), closed)
      })
      reader.add({ kind: "text", text: "[" })
      return reader
    }
  }),
  grammar: callGrammar({
    blocks: [
      jsonListBlock({ opener: "<|tool_call|>", end: "]<|/tool_call|>", keys: { name: "name", input: "arguments" } }),
      jsonListBlock({ opener: "functools", end: "]", keys: { name: "name", input: "arguments" } })
    ],
    between: null
  }),
  renderCall: ({ name, input }: PastCall) =>
    `<|tool_call|>[${JSON.stringify({ name, arguments: input })}]<|/tool_call|>`,
  sampling: { temperature: 0 }
})
