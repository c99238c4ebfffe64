/** Seed-OSS: Qwen3-Coder's tags inside `<seed:tool_call>`, values in the line of their tags. */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { tagBlocks } from "./grammar/tag-call.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"
import { renderTagCall, type TagForm } from "./tag-form.ts"
import { tagFormat } from "./tag-format.ts"

const form: TagForm = {
  wrapperStarts: ["<seed:tool_call>"],
  wrapperEnds: ["</seed:tool_call>"],
  callStart: "<function=",
  callEnd: "</function>",
  parameterStart: "<parameter=",
  parameterEnd: "</parameter>",
  attributes: false,
  linedValues: false,
  bareCalls: "none"
}

export const seedOss = nativeFamily({
  name: "seed_oss",
  detect: (facts) => templateHas(facts, "<seed:tool_call>"),
  reasoning: { start: "<seed:think>", end: "</seed:think>" },
  format: (options) => tagFormat(form, options),
  grammar: callGrammar({ blocks: tagBlocks(form, null), between: "\n" }),
  renderCall: (call: PastCall) => renderTagCall(form, call),
  sampling: { temperature: 1.1, topP: 0.95 }
})
