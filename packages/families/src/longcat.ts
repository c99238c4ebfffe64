/** LongCat: GLM's layout with tags of its own. */
import { callGrammar } from "./grammar/call-grammar.ts"
import { keyValueBlock } from "./grammar/key-value-call.ts"
import { type KeyValueForm, keyValueFormat, renderKeyValues } from "./key-value-form.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"

const form: KeyValueForm = {
  callStart: "<longcat_tool_call>",
  callEnd: "</longcat_tool_call>",
  keyStart: "<longcat_arg_key>",
  keyEnd: "</longcat_arg_key>",
  valueStart: "<longcat_arg_value>",
  valueEnd: "</longcat_arg_value>"
}

export const longcat = nativeFamily({
  name: "longcat",
  detect: (facts) => templateHas(facts, form.callStart),
  reasoning: { start: "<longcat_think>", end: "</longcat_think>" },
  format: (options) => keyValueFormat(form, options),
  grammar: callGrammar({ blocks: [keyValueBlock(form)], between: "\n" }),
  renderCall: (call) => renderKeyValues(form, call),
  // What its makers' own service takes without thinking.
  sampling: { temperature: 0.7, topP: 0.95 }
})
