/** MiniMax M2: `<invoke name="…">` with `<parameter name="…">` inside, one or several in `<minimax:tool_call>`. */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { tagBlocks } from "./grammar/tag-call.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"
import { renderTagCall, type TagForm } from "./tag-form.ts"
import { tagFormat } from "./tag-format.ts"

const form: TagForm = {
  wrapperStarts: ["<minimax:tool_call>"],
  wrapperEnds: ["</minimax:tool_call>"],
  callStart: '<invoke name="',
  callEnd: "</invoke>",
  parameterStart: '<parameter name="',
  parameterEnd: "</parameter>",
  attributes: true,
  linedValues: false,
  bareCalls: "none"
}

export const minimaxM2 = nativeFamily({
  name: "minimax_m2",
  detect: (facts) => templateHas(facts, "<minimax:tool_call>"),
  reasoning: thinkMarkers,
  format: (options) => tagFormat(form, options),
  grammar: callGrammar({ blocks: tagBlocks(form, [""]), between: "\n" }),
  renderCall: (call: PastCall) => renderTagCall(form, call),
  // What the model card advises.
  sampling: { temperature: 1, topP: 0.95, topK: 40 }
})
