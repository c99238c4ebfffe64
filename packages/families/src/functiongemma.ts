/** FunctionGemma: `<start_function_call>call:f{key:value}<end_function_call>` with `<escape>` around strings. */
import { type GemmaForm, gemmaFormat, renderGemmaCall } from "./gemma-form.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { gemmaBlock } from "./grammar/gemma-call.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns } from "./native-text.ts"

const form: GemmaForm = {
  start: "<start_function_call>",
  end: "<end_function_call>",
  otherEnds: ["<start_function_response>"],
  quote: "<escape>"
}

export const functionGemma = nativeFamily({
  name: "functiongemma",
  detect: (facts) => hasSigns(facts, [form.start]),
  reasoning: null,
  format: (options) => ({ ...gemmaFormat(form, options), silent: form.otherEnds }),
  grammar: callGrammar({ blocks: [gemmaBlock(form)], between: "" }),
  renderCall: (call) => renderGemmaCall(form, call),
  // The model goes on to write the result itself otherwise.
  stopStrings: ["<start_function_response>"],
  sampling: { temperature: 1, topP: 0.95, topK: 64 }
})
