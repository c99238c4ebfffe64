/** LFM2: `[f(a="x"), g()]` between `<|tool_call_start|>` and `<|tool_call_end|>`. */
import { thinkMarkers } from "./hermes-text.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns, templateHas } from "./native-text.ts"
import { pythonicFormat, renderPython } from "./pythonic-form.ts"

const form = { start: "<|tool_call_start|>", end: "<|tool_call_end|>", bareLists: true, silent: [] }

export const lfm2 = nativeFamily({
  name: "lfm2",
  detect: (facts) => templateHas(facts, "<|tool_list_start|>") || hasSigns(facts, [form.start]),
  reasoning: thinkMarkers,
  format: ({ toolNames }) => pythonicFormat(form, toolNames),
  renderCall: (call) => `${form.start}[${renderPython(call)}]${form.end}`,
  // What the model cards advise.
  sampling: { temperature: 0.3, minP: 0.15, repetitionPenalty: 1.05 }
})
