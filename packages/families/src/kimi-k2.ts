/** Kimi K2: a section of calls, each named `functions.NAME:INDEX`, where the index counts the whole conversation's calls. */
import { Result } from "effect"
import type { ParserOptions, PastCall } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { namedCall } from "./grammar/json-call.ts"
import { sectionBlock } from "./grammar/section-block.ts"
import { thinkMarkers } from "./hermes-text.ts"
import { parseArguments } from "./json-calls.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns } from "./native-text.ts"
import { ToolSchemas } from "./schema-values.ts"
import { sectionFormat, type SectionForm } from "./section-form.ts"

const form: SectionForm = {
  sectionStart: "<|tool_calls_section_begin|>",
  sectionEnd: "<|tool_calls_section_end|>",
  callStart: "<|tool_call_begin|>",
  separator: "<|tool_call_argument_begin|>",
  callEnd: "<|tool_call_end|>",
  read: (before, behind) => ({
    name: before
      .trim()
      .replace(/^functions\./, "")
      .replace(/:\d+$/, ""),
    json: behind
  })
}

/** At times a call has only its number for a name; then it goes to the one tool that takes its arguments, if there is one. */
const numberedForm = (options: ParserOptions): SectionForm => {
  const schemas = new ToolSchemas(options)
  return {
    ...form,
    read: (before, behind) => {
      const call = form.read(before, behind)
      if (!/^\d+$/.test(call.name) || schemas.declares(call.name)) return call
      const input = Result.getOrNull(parseArguments(behind, true))?.input
      const taker = input === undefined ? null : schemas.onlyTaker(Object.keys(input))
      return taker === null ? call : { ...call, name: taker, repairs: ["tool-number"] }
    }
  }
}

export const kimiK2 = nativeFamily({
  name: "kimi_k2",
  detect: (facts) => hasSigns(facts, [form.sectionStart]),
  reasoning: thinkMarkers,
  format: (options) => sectionFormat(numberedForm(options)),
  grammar: callGrammar({
    blocks: [
      {
        ...sectionBlock(form),
        between: [""],
        call: namedCall(
          (writer, name) =>
            `${writer.text(`${form.callStart}functions.${name}:`)} ${writer.regex("[0-9]{1,4}")} ${writer.text(form.separator)}`,
          form.callEnd
        )
      }
    ],
    between: null
  }),
  renderCall: ({ name, input }: PastCall) =>
    `${form.sectionStart}${form.callStart}functions.${name}:0${form.separator}${JSON.stringify(input)}${form.callEnd}${form.sectionEnd}`,
  // History must use this form: foreign ids make the model worse.
  templateId: ({ name, ordinal }) => `functions.${name}:${ordinal}`,
  // What the model card advises.
  sampling: { temperature: 0.6 }
})
