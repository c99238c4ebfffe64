/**
 * Qwen3-Coder, Qwen3.5 and later, Nemotron 3 Nano, StepFun 3.5, MiMo: a function and its parameters as tags inside
 * `<tool_call>`, values as raw text on lines of their own. Reasoning, where there is any, is opened by the template.
 */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { tagBlocks } from "./grammar/tag-call.ts"
import { callMarkers, thinkMarkers } from "./hermes-text.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"
import { renderTagCall, type TagForm } from "./tag-form.ts"
import { tagFormat } from "./tag-format.ts"

const form: TagForm = {
  wrapperStarts: [callMarkers.start],
  wrapperEnds: [callMarkers.end],
  callStart: "<function=",
  callEnd: "</function>",
  parameterStart: "<parameter=",
  parameterEnd: "</parameter>",
  attributes: false,
  linedValues: true,
  // These models leave the opening `<tool_call>` out at times.
  bareCalls: "declared"
}

export const qwen3Coder = nativeFamily({
  name: "qwen3_coder",
  detect: (facts) =>
    templateHas(facts, callMarkers.start, form.callStart, form.parameterStart) &&
    !templateHas(facts, "<seed:tool_call>"),
  reasoning: thinkMarkers,
  format: (options) => tagFormat(form, options),
  grammar: callGrammar({ blocks: tagBlocks(form, null), between: "\n" }),
  renderCall: (call: PastCall) => renderTagCall(form, call),
  // What the model cards advise.
  sampling: { temperature: 0.7, topP: 0.8, topK: 20, repetitionPenalty: 1.05 }
})
