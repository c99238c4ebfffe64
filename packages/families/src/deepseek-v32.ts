/**
 * DeepSeek V3.2 and V4: `<｜DSML｜invoke name="…">` with parameters that say themselves whether they are strings, in
 * `<｜DSML｜function_calls>` (V3.2) or `<｜DSML｜tool_calls>` (V4).
 */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { tagBlocks } from "./grammar/tag-call.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns, templateHas } from "./native-text.ts"
import { renderTagCall, type TagForm } from "./tag-form.ts"
import { tagFormat } from "./tag-format.ts"

const form: TagForm = {
  wrapperStarts: ["<｜DSML｜function_calls>", "<｜DSML｜tool_calls>"],
  wrapperEnds: ["</｜DSML｜function_calls>", "</｜DSML｜tool_calls>"],
  callStart: '<｜DSML｜invoke name="',
  callEnd: "</｜DSML｜invoke>",
  parameterStart: '<｜DSML｜parameter name="',
  parameterEnd: "</｜DSML｜parameter>",
  attributes: true,
  linedValues: false,
  bareCalls: "none"
}

export const deepseekV32 = nativeFamily({
  name: "deepseek_v32",
  detect: (facts) => templateHas(facts, "｜DSML｜") || hasSigns(facts, ["｜DSML｜"]),
  reasoning: thinkMarkers,
  format: (options) => tagFormat(form, options),
  grammar: callGrammar({ blocks: tagBlocks(form, [""], { typed: true }), between: null }),
  renderCall: (call: PastCall) => renderTagCall(form, call, (value) => ` string="${typeof value === "string"}"`),
  sampling: { temperature: 1, topP: 0.95 }
})
