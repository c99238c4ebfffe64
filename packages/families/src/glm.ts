/** GLM 4.5 to 5: `<tool_call>name`, then keys and values in tags of their own; 4.7 and later without line ends. */
import { callGrammar } from "./grammar/call-grammar.ts"
import { keyValueBlock } from "./grammar/key-value-call.ts"
import { callMarkers, thinkMarkers } from "./hermes-text.ts"
import { type KeyValueForm, keyValueFormat, renderKeyValues } from "./key-value-form.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"

const form: KeyValueForm = {
  callStart: callMarkers.start,
  callEnd: callMarkers.end,
  keyStart: "<arg_key>",
  keyEnd: "</arg_key>",
  valueStart: "<arg_value>",
  valueEnd: "</arg_value>"
}

export const glm = nativeFamily({
  name: "glm45",
  detect: (facts) => templateHas(facts, form.keyStart),
  reasoning: thinkMarkers,
  format: (options) => keyValueFormat(form, options),
  grammar: callGrammar({ blocks: [keyValueBlock(form)], between: "\n" }),
  renderCall: (call) => renderKeyValues(form, call),
  // What the model cards advise.
  sampling: { temperature: 0.6, topP: 0.95 }
})
