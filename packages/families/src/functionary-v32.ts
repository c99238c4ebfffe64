/** Functionary 3.2: `>>>name`, and on the next line the arguments as JSON; text is `>>>all` and a line end before it. */
import type { PastCall } from "./family.ts"
import { namedCall } from "./grammar/json-call.ts"
import { messageGrammar } from "./grammar/message-grammar.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"
import { recipientFormat, recipientMarker } from "./recipient-form.ts"

export const functionaryV32 = nativeFamily({
  name: "functionary_v32",
  detect: (facts) => templateHas(facts, `${recipientMarker}all`),
  reasoning: null,
  format: ({ toolNames }) => recipientFormat(toolNames),
  grammar: messageGrammar({
    before: recipientMarker,
    words: ["all\n"],
    answer: "all\n",
    call: namedCall((writer, name) => writer.text(`${name}\n`), ""),
    several: true,
    triggers: [recipientMarker],
    at: "line"
  }),
  renderCall: ({ name, input }: PastCall) => `${recipientMarker}${name}\n${JSON.stringify(input)}`,
  sampling: { temperature: 0.6, topP: 0.9 }
})
