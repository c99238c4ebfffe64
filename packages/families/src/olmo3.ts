/** Olmo 3: Python calls, one a line, between `<function_calls>` and `</function_calls>`; literals of JSON and Python mixed. */
import { callGrammar } from "./grammar/call-grammar.ts"
import { pythonBlocks, pythonCall } from "./grammar/python-call.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"
import { pythonicFormat, renderPython } from "./pythonic-form.ts"

const form = { start: "<function_calls>", end: "</function_calls>", bareLists: false, silent: [] }

export const olmo3 = nativeFamily({
  name: "olmo3",
  detect: (facts) => templateHas(facts, form.start),
  reasoning: thinkMarkers,
  format: ({ toolNames }) => pythonicFormat(form, toolNames),
  grammar: callGrammar({
    blocks: [
      {
        openers: [form.start],
        at: "line",
        start: [form.start, `${form.start}\n`],
        between: ["\n"],
        end: [form.end, `\n${form.end}`],
        call: pythonCall()
      },
      ...pythonBlocks(form).slice(1)
    ],
    between: null
  }),
  renderCall: (call) => `${form.start}${renderPython(call)}${form.end}`,
  // What the model cards advise.
  sampling: { temperature: 0.6, topP: 0.95 }
})
