/** Granite 3: a JSON list behind `<|tool_call|>` (3.0) or `<tool_call>` (3.1), without an end marker. */
import type { PastCall } from "./family.ts"
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
  renderCall: ({ name, input }: PastCall) => `<|tool_call|>[${JSON.stringify({ name, arguments: input })}]`,
  sampling: { temperature: 0 }
})
