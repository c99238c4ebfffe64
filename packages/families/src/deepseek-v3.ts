/** DeepSeek V3 and R1, and models trained after them: the name on a line behind `function`, the arguments as fenced JSON. */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { namedCall } from "./grammar/json-call.ts"
import { sectionBlock } from "./grammar/section-block.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"
import { sectionFormat, type SectionForm } from "./section-form.ts"

const fence = "```"

/** Both forms of DeepSeek's sections; V3.1 writes the name before the separator and has no fence. */
export const deepseekForm: SectionForm = {
  sectionStart: "<｜tool▁calls▁begin｜>",
  sectionEnd: "<｜tool▁calls▁end｜>",
  callStart: "<｜tool▁call▁begin｜>",
  separator: "<｜tool▁sep｜>",
  callEnd: "<｜tool▁call▁end｜>",
  read: (before, behind) => {
    const line = behind.indexOf("\n")
    if (before.trim() !== "function" || line === -1) return { name: before.trim(), json: unfenced(behind) }
    return { name: behind.slice(0, line).trim(), json: unfenced(behind.slice(line)) }
  }
}

const unfenced = (text: string): string => {
  const body = text.trim()
  if (!body.startsWith(fence)) return body
  const from = body.indexOf("{")
  const to = body.endsWith(fence) ? body.length - fence.length : body.length
  return from === -1 ? "" : body.slice(from, to)
}

export const deepseekV3 = nativeFamily({
  name: "deepseek_v3",
  detect: (facts) => templateHas(facts, deepseekForm.sectionStart, `${fence}json`),
  reasoning: thinkMarkers,
  format: () => sectionFormat(deepseekForm),
  grammar: callGrammar({
    blocks: [
      {
        ...sectionBlock(deepseekForm),
        between: ["\n", ""],
        call: namedCall(
          (writer, name) =>
            writer.text(`${deepseekForm.callStart}function${deepseekForm.separator}${name}\n${fence}json\n`),
          `\n${fence}${deepseekForm.callEnd}`
        )
      }
    ],
    between: null
  }),
  renderCall: ({ name, input }: PastCall) =>
    `${deepseekForm.sectionStart}${deepseekForm.callStart}function${deepseekForm.separator}${name}\n${fence}json\n${JSON.stringify(input)}\n${fence}${deepseekForm.callEnd}${deepseekForm.sectionEnd}`,
  // What the R1 card advises.
  sampling: { temperature: 0.6, topP: 0.95 }
})
