/**
 * Step3: a section of calls, each `function` and a separator before `<steptml:invoke name="…">`; parameters are tags, their
 * types come from the schema.
 */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { tagBlocks } from "./grammar/tag-call.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"
import { renderTagCall, type TagForm } from "./tag-form.ts"
import { tagFormat } from "./tag-format.ts"

const call = {
  start: "<｜tool_call_begin｜>",
  word: "function",
  separator: "<｜tool_sep｜>",
  end: "<｜tool_call_end｜>"
}

const form: TagForm = {
  wrapperStarts: ["<｜tool_calls_begin｜>"],
  wrapperEnds: ["<｜tool_calls_end｜>"],
  callStart: '<steptml:invoke name="',
  callEnd: "</steptml:invoke>",
  parameterStart: '<steptml:parameter name="',
  parameterEnd: "</steptml:parameter>",
  attributes: true,
  linedValues: false,
  bareCalls: "none",
  noise: { markers: [call.start, call.separator, call.end], words: [call.word] }
}

export const step3 = nativeFamily({
  name: "step3",
  detect: (facts) => templateHas(facts, "steptml:invoke"),
  reasoning: thinkMarkers,
  format: (options) => tagFormat(form, options),
  grammar: callGrammar({
    blocks: tagBlocks(form, [""], { before: `${call.start}${call.word}${call.separator}`, behind: call.end }),
    between: null
  }),
  renderCall: (past: PastCall) =>
    renderTagCall(form, past)
      .replace(form.callStart, `${call.start}${call.word}${call.separator}${form.callStart}`)
      .replace(`${form.callEnd}\n`, `${form.callEnd}${call.end}\n`),
  // What the model's own configuration says.
  sampling: { temperature: 0.6, topP: 0.95 }
})
