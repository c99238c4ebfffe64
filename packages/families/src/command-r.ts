/** Command R7B and A: `<|START_ACTION|>[{"tool_call_id": …, "tool_name": …, "parameters": …}]<|END_ACTION|>`. */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { jsonCall } from "./grammar/json-call.ts"
import { jsonBetween } from "./json-form.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns } from "./native-text.ts"
import { readSpan } from "./span-reader.ts"

const start = "<|START_ACTION|>"
const end = "<|END_ACTION|>"

export const commandR = nativeFamily({
  name: "command_r",
  detect: (facts) => hasSigns(facts, [start]),
  reasoning: { start: "<|START_THINKING|>", end: "<|END_THINKING|>" },
  format: () => ({
    markers: [start],
    closers: [end],
    silent: ["<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>"],
    open: (marker, { trusting }) => (marker === start ? readSpan(jsonBetween(start, [end], trusting)) : null)
  }),
  // The template writes one call a line.
  grammar: callGrammar({
    blocks: [
      {
        openers: [start],
        at: "line",
        start: [`${start}[`, `${start}[\n    `],
        between: [", ", ",", ",\n    "],
        end: [`]${end}`, `\n]${end}`],
        call: jsonCall({
          name: "tool_name",
          input: "parameters",
          before: { key: "tool_call_id", value: '"[0-9]{1,4}"' }
        })
      }
    ],
    between: null
  }),
  renderCall: ({ name, input }: PastCall) =>
    `${start}[${JSON.stringify({ tool_call_id: "0", tool_name: name, parameters: input })}]${end}`,
  // The form counts the calls of a conversation.
  templateId: ({ ordinal }) => String(ordinal),
  sampling: { temperature: 0.3 }
})
