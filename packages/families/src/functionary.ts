/** Functionary 3.1: `<function=name>{…}</function>`, one a call. */
import type { PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { namedCall } from "./grammar/json-call.ts"
import { nativeFamily } from "./native-family.ts"
import { templateHas } from "./native-text.ts"
import { recipientFormat } from "./recipient-form.ts"
import type { TagForm } from "./tag-form.ts"
import { tagFormat } from "./tag-format.ts"

const form: TagForm = {
  wrapperStarts: [],
  wrapperEnds: [],
  callStart: "<function=",
  callEnd: "</function>",
  parameterStart: "<parameter=",
  parameterEnd: "</parameter>",
  attributes: false,
  linedValues: false,
  bareCalls: "any"
}

export const functionary = nativeFamily({
  name: "functionary",
  detect: (facts) => templateHas(facts, form.callStart, form.callEnd) && !templateHas(facts, form.parameterStart),
  reasoning: null,
  // A declared tool's name on a line of its own and an object behind it, as version 3.2 writes, can mean nothing else.
  format: (options) => ({ ...tagFormat(form, options), begin: recipientFormat(options.toolNames).begin }),
  grammar: callGrammar({
    blocks: [
      {
        openers: [form.callStart],
        at: "line",
        start: [""],
        between: null,
        end: [""],
        call: namedCall((writer, name) => writer.text(`${form.callStart}${name}>`), form.callEnd)
      }
    ],
    between: ""
  }),
  renderCall: ({ name, input }: PastCall) => `${form.callStart}${name}>${JSON.stringify(input)}${form.callEnd}`,
  sampling: { temperature: 0.6, topP: 0.9 }
})
