/** DeepSeek V3.1 and V3.2-Exp: a section of calls, each a name, a separator and JSON. */
import { deepseekForm } from "./deepseek-v3.ts"
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { namedCall } from "./grammar/json-call.ts"
import { sectionBlock } from "./grammar/section-block.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns } from "./native-text.ts"
import { sectionFormat } from "./section-form.ts"

const { sectionStart, sectionEnd, callStart, separator, callEnd } = deepseekForm

export const deepseekV31 = nativeFamily({
  name: "deepseek_v31",
  detect: (facts) => hasSigns(facts, [sectionStart]),
  reasoning: thinkMarkers,
  format: () => sectionFormat(deepseekForm),
  grammar: callGrammar({
    blocks: [
      {
        ...sectionBlock(deepseekForm),
        between: [""],
        call: namedCall((writer, name) => writer.text(`${callStart}${name}${separator}`), callEnd)
      }
    ],
    between: null
  }),
  renderCall: ({ name, input }: PastCall) =>
    `${sectionStart}${callStart}${name}${separator}${JSON.stringify(input)}${callEnd}${sectionEnd}`,
  sampling: { temperature: 0.6, topP: 0.95 }
})
