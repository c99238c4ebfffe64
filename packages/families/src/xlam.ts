/**
 * xLAM: a JSON list of calls as the whole answer; trained on many formats, its models also put the list into a fence or
 * behind the markers of Mistral and Hermes.
 */
import { readBareJson } from "./bare-json.ts"
import type { PastCall } from "./family.ts"
import { withFences } from "./fenced-calls.ts"
import { callMarkers, thinkMarkers } from "./hermes-text.ts"
import { jsonMarkerFormat } from "./json-marker-format.ts"
import { mistralMarker } from "./mistral.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { bareJsonCall, jsonListBlock } from "./grammar/json-call.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"

const marked = jsonMarkerFormat([mistralMarker, callMarkers.start], [callMarkers.end])

export const xlam = nativeFamily({
  name: "xlam",
  // The one sign its templates have: the sentence that asks for the list.
  detect: (facts) => templateHas(facts, "calls in a single JSON array"),
  reasoning: thinkMarkers,
  format: ({ toolNames }) =>
    withFences(
      {
        ...marked,
        markers: [...marked.markers, "["],
        open: (marker, place) => {
          if (marker !== "[") return marked.open(marker, place)
          const { fresh, trusting } = place
          return readBareJson({ opener: "[", enders: marked.markers, silent: [], fresh, trusting, toolNames })
        }
      },
      { json: true, python: false, toolNames },
      ({ lineStart }) => lineStart
    ),
  grammar: callGrammar({
    blocks: [
      {
        ...jsonListBlock({ opener: "", end: "]", keys: { name: "name", input: "arguments" } }),
        openers: ['[{"name": "', '[{"name":"'],
        call: bareJsonCall({ name: "name", input: "arguments" }),
        at: "start"
      }
    ],
    between: null
  }),
  renderCall: ({ name, input }: PastCall) => `[${JSON.stringify({ name, arguments: input })}]`,
  sampling: { temperature: 0.6, topP: 0.9 }
})
