/** Granite 3: a JSON list behind `<|tool_call|>` (3.0) or `<tool_call>` (3.1), without an end marker. */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { jsonListBlock } from "./grammar/json-call.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { jsonMarkerFormat } from "./json-marker-format.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns, templateHas } from "./native-text.ts"

const openers = ["<|tool_call|>", "<tool_call>"]

export const granite = nativeFamily({
  name: "granite",
  // Granite 4 writes the Hermes form, whose closing tag its template has.
  detect: (facts) =>
    templateHas(facts, "<|start_of_role|>") &&
    hasSigns(facts, ["<|tool_call|>"]) &&
    !templateHas(facts, "</tool_call>"),
  reasoning: thinkMarkers,
  format: () => ({ ...jsonMarkerFormat(openers, ["</tool_call>"]), silent: ["<response>", "</response>"] }),
  // The models write the arguments first, but a hundred tools cannot be followed at once without a name.
  grammar: callGrammar({
    blocks: openers.map((opener) => jsonListBlock({ opener, end: "]", keys: { name: "name", input: "arguments" } })),
    between: null
  }),
  renderCall: ({ name, input }: PastCall) => `<|tool_call|>[${JSON.stringify({ name, arguments: input })}]`,
  sampling: { temperature: 0 }
})
