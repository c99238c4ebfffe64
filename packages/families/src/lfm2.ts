/** LFM2: `[f(a='x'), g()]` between `<|tool_call_start|>` and `<|tool_call_end|>`; the templates write strings without escapes. */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { pythonBlocks } from "./grammar/python-call.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns, templateHas } from "./native-text.ts"
import { pythonicFormat, renderPython } from "./pythonic-form.ts"

const form = {
  start: "<|tool_call_start|>",
  end: "<|tool_call_end|>",
  bareLists: true,
  silent: [],
  rawStrings: true
} as const

/** What a string without escapes cannot hold goes as JSON, which the same markers may hold. */
const renderCall = (call: PastCall): string => {
  const plain = !Object.values(call.input).some((value) => typeof value === "string" && /["\\\n]/.test(value))
  const calls = plain ? renderPython(call) : JSON.stringify({ name: call.name, arguments: call.input })
  return `${form.start}[${calls}]${form.end}`
}

export const lfm2 = nativeFamily({
  name: "lfm2",
  detect: (facts) => templateHas(facts, "<|tool_list_start|>") || hasSigns(facts, [form.start]),
  reasoning: thinkMarkers,
  format: ({ toolNames }) => pythonicFormat(form, toolNames),
  grammar: callGrammar({ blocks: pythonBlocks(form), between: "" }),
  renderCall,
  // What the model cards advise.
  sampling: { temperature: 0.3, minP: 0.15, repetitionPenalty: 1.05 }
})
