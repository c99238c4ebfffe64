/** Nemotron Nano v2: a JSON list between `<TOOLCALL>` and `</TOOLCALL>`. */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { jsonListBlock } from "./grammar/json-call.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { jsonMarkerFormat } from "./json-marker-format.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"

export const nemotron = nativeFamily({
  name: "nemotron",
  detect: (facts) => templateHas(facts, "<TOOLCALL>"),
  reasoning: thinkMarkers,
  format: () => jsonMarkerFormat(["<TOOLCALL>"], ["</TOOLCALL>"]),
  grammar: callGrammar({
    blocks: [jsonListBlock({ opener: "<TOOLCALL>", end: "]</TOOLCALL>", keys: { name: "name", input: "arguments" } })],
    between: null
  }),
  renderCall: ({ name, input }: PastCall) => `<TOOLCALL>[${JSON.stringify({ name, arguments: input })}]</TOOLCALL>`,
  sampling: { temperature: 0.6, topP: 0.95 }
})
