/**
 * Models that have no form of their own for tools (Phi-3, Gemma 3, …), and those whose form we do not read yet: the tools
 * stand in the system prompt, and calls are asked for in the Hermes form, as text.
 */
import { markersOf } from "./call-format.ts"
import { createCallParser } from "./call-parser.ts"
import type { Family } from "./family.ts"
import { hermesToolPrompt, renderHermesCall, renderHermesResult, thinkMarkers } from "./hermes-text.ts"
import { withRescue } from "./rescue.ts"
import { hermesFormat, hermesGrammar, thinksInTags } from "./hermes.ts"

export const prompted: Family = {
  name: "prompted",
  toolForm: "prompted",
  // Detection: the last row of the table; takes what nobody else took.
  detect: () => true,
  reasoning: (facts) => (thinksInTags(facts) ? thinkMarkers : null),
  markers: markersOf(hermesFormat),
  // The tags were taught by a prompt, as text; where the vocabulary happens to have them as tokens both ways count.
  createParser: (options) =>
    createCallParser(withRescue(hermesFormat, options.toolNames), {
      ...options,
      addedTokens: options.addedTokens.filter((token) => token === thinkMarkers.start || token === thinkMarkers.end)
    }),
  grammar: { plan: (request) => hermesGrammar.plan({ ...request, addedTokens: [] }) },
  renderCall: renderHermesCall,
  renderResult: renderHermesResult,
  toolPrompt: hermesToolPrompt,
  templateId: ({ id }) => id,
  // Small models go on to invent the result. With the line end, because JSON strings hold none, so that no call is cut.
  stopStrings: ["\n<tool_response>"],
  sampling: {}
}
