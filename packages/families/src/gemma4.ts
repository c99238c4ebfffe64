/** Gemma 4: `<|tool_call>call:f{key:value}<tool_call|>` with `<|"|>` around strings; thinks in `<|channel>thought`. */
import { type GemmaForm, gemmaFormat, renderGemmaCall } from "./gemma-form.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns } from "./native-text.ts"

const form: GemmaForm = {
  start: "<|tool_call>",
  end: "<tool_call|>",
  otherEnds: ["<|tool_response>", "<turn|>"],
  quote: '<|"|>'
}

export const gemma4 = nativeFamily({
  name: "gemma4",
  detect: (facts) => hasSigns(facts, [form.start, form.end]),
  reasoning: { start: "<|channel>", end: "<channel|>" },
  format: () => ({ ...gemmaFormat(form), silent: form.otherEnds, reasonsAnywhere: true, reasoningLabel: "thought" }),
  renderCall: (call) => renderGemmaCall(form, call),
  // What the model cards advise.
  sampling: { temperature: 1, topP: 0.95, topK: 64 }
})
