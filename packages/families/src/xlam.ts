/** xLAM: a bare JSON list of calls as the whole answer. */
import type { PastCall } from "./family.ts"
import { readBareJson } from "./bare-json.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"

export const xlam = nativeFamily({
  name: "xlam",
  // The one sign its templates have: the sentence that asks for the list.
  detect: (facts) => templateHas(facts, "calls in a single JSON array"),
  reasoning: thinkMarkers,
  format: ({ toolNames }) => ({
    markers: ["["],
    open: (marker, { fresh, trusting }) =>
      marker === "[" ? readBareJson({ opener: "[", enders: [], silent: [], fresh, trusting, toolNames }) : null
  }),
  renderCall: ({ name, input }: PastCall) => `[${JSON.stringify({ name, arguments: input })}]`,
  sampling: { temperature: 0.6, topP: 0.9 }
})
