/**
 * Qwen3-Coder, Qwen3.5 and later, Nemotron 3 Nano, StepFun 3.5, MiMo: a function and its parameters as tags inside
 * `<tool_call>`, values as raw text on lines of their own. Reasoning, where there is any, is opened by the template.
 */
import { callMarkers, renderHermesResult, thinkMarkers } from "./hermes-text.ts"
import type { Family, PastCall } from "./family.ts"
import { thinksInTags } from "./hermes.ts"
import { nativeToolPrompt, templateHas } from "./native-text.ts"
import { renderTagCall, type TagForm } from "./tag-form.ts"
import { createTagParser } from "./tag-format.ts"

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
  bareCalls: true
}

const renderCall = (call: PastCall): string => renderTagCall(form, call)

export const qwen3Coder: Family = {
  name: "qwen3_coder",
  toolForm: "native",
  detect: (facts) => templateHas(facts, callMarkers.start, form.callStart, form.parameterStart) && !templateHas(facts, "<seed:tool_call>"),
  reasoning: (facts) => (thinksInTags(facts) ? thinkMarkers : null),
  createParser: (options) => createTagParser(form, { reasoning: thinkMarkers, renderCall }, options),
  renderCall,
  renderResult: renderHermesResult,
  toolPrompt: nativeToolPrompt(renderCall),
  // The form has no ids.
  templateId: ({ id }) => id,
  stopStrings: [],
  // What the model cards advise.
  sampling: { temperature: 0.7, topP: 0.8, topK: 20, repetitionPenalty: 1.05 }
}
