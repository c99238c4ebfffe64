/**
 * Hermes, Qwen2.5, Qwen3, QwQ, Granite 4: `<tool_call>\n{"name": …, "arguments": …}\n</tool_call>`, one block a call, and
 * `<think>…</think>` where the model thinks.
 */
import { markersOf } from "./call-format.ts"
import { createCallParser } from "./call-parser.ts"
import type { Family, ModelFacts } from "./family.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { jsonCall } from "./grammar/json-call.ts"
import { callMarkers, hermesToolPrompt, renderHermesCall, renderHermesResult, thinkMarkers } from "./hermes-text.ts"
import { taggedFormat } from "./tagged-format.ts"
import { withRescue } from "./rescue.ts"

// Detection

/** The template, or the instructions it writes, has a key of such an object soon behind the tag; the quotes may be escaped. */
const jsonInTag = /<tool_call>[^]{0,400}?\\*["'](?:name|arguments)\\*["']/

/** Formats that put something else between the same tags. */
const otherFormats = ["<function=", "<arg_key>", "<parameter=", "<parameter name="]

const detect = ({ templateText }: ModelFacts): boolean =>
  templateText !== null && jsonInTag.test(templateText) && !otherFormats.some((sign) => templateText.includes(sign))

// Markers and reasoning

/** Whether a model thinks between `<think>` and `</think>`: its template or its vocabulary knows the markers. */
export const thinksInTags = (facts: ModelFacts): boolean =>
  facts.addedTokens.includes(thinkMarkers.start) || (facts.templateText?.includes(thinkMarkers.end) ?? false)

// Parser

/** JSON between `<tool_call>` and `</tool_call>`, reasoning between `<think>` and `</think>`. */
export const hermesFormat = taggedFormat({
  callStart: callMarkers.start,
  callEnd: callMarkers.end,
  reasoning: thinkMarkers,
  renderCall: renderHermesCall
})

// Grammar

export const hermesGrammar = callGrammar({
  blocks: [
    {
      openers: [callMarkers.start],
      at: "line",
      start: [`${callMarkers.start}\n`],
      between: null,
      end: [`\n${callMarkers.end}`],
      call: jsonCall({ name: "name", input: "arguments" })
    }
  ],
  between: "\n"
})

// The family

export const hermes: Family = {
  name: "hermes",
  toolForm: "native",
  detect,
  reasoning: (facts) => (thinksInTags(facts) ? thinkMarkers : null),
  markers: markersOf(hermesFormat),
  createParser: (options) => createCallParser(withRescue(hermesFormat, options.toolNames), options),
  grammar: hermesGrammar,
  renderCall: renderHermesCall,
  renderResult: renderHermesResult,
  toolPrompt: hermesToolPrompt,
  // The form has no ids; the client's own are as good as any.
  templateId: ({ id }) => id,
  stopStrings: [],
  // What Qwen's model cards advise for answers without thinking.
  sampling: { temperature: 0.7, topP: 0.8, topK: 20 }
}
