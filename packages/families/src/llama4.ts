/** Llama 4, and Llama 3.2 with a pythonic template: `[f(a="x"), g()]`, between `<|python_start|>` and `<|python_end|>` or bare. */
import { callGrammar } from "./grammar/call-grammar.ts"
import { pythonBlocks, pythonCall } from "./grammar/python-call.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns, templateHas } from "./native-text.ts"
import { pythonicFormat, renderPython } from "./pythonic-form.ts"

const form = { start: "<|python_start|>", end: "<|python_end|>", bareLists: true, silent: ["<|eom|>", "<|eot|>"] }

export const llama4 = nativeFamily({
  name: "llama4",
  detect: (facts) => hasSigns(facts, [form.start]) && !templateHas(facts, "<|tool_call_start|>"),
  reasoning: null,
  format: ({ toolNames }) => ({ ...pythonicFormat(form, toolNames), silent: [form.end, ...form.silent] }),
  grammar: callGrammar({
    blocks: [
      ...pythonBlocks(form),
      {
        openers: ({ name }) => [`[${name}(`],
        at: "start",
        start: ["["],
        between: [", ", ","],
        end: ["]"],
        call: pythonCall()
      }
    ],
    between: null
  }),
  renderCall: (call) => `${form.start}[${renderPython(call)}]${form.end}`,
  // What the models' own configuration says.
  sampling: { temperature: 0.6, topP: 0.9 }
})
