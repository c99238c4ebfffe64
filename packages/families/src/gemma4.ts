/** Gemma 4: `<|tool_call>call:f{key:value}<tool_call|>` with `<|"|>` around strings; thinks in `<|channel>thought`. */
import type { CallFormat } from "./call-format.ts"
import { withFences } from "./fenced-calls.ts"
import { type GemmaForm, gemmaFormat, renderGemmaCall } from "./gemma-form.ts"
import { callGrammar } from "./grammar/call-grammar.ts"
import { gemmaBlock } from "./grammar/gemma-call.ts"
import { nativeFamily } from "./native-family.ts"
import { hasSigns } from "./native-text.ts"
import { readToolCode, toolCode } from "./tool-code.ts"

const form: GemmaForm = {
  start: "<|tool_call>",
  end: "<tool_call|>",
  otherEnds: ["<|tool_response>", "<turn|>"],
  quote: '<|"|>'
}

export const gemma4 = nativeFamily({
  name: "gemma4",
  detect: (facts) => hasSigns(facts, [form.start, form.end]),
  reasoning: { start: "<|channel>", end: "<channel|>" },
  format: (options) => {
    const { toolNames } = options
    const own = gemmaFormat(form, options)
    // Small models fall back to the Python of Gemma 2 and 3.
    const python: Pick<CallFormat, "markers" | "open"> = {
      markers: [...own.markers, toolCode],
      open: (marker, place) =>
        marker === toolCode ? (place.fresh ? readToolCode(toolNames) : null) : own.open(marker, place)
    }
    const fences = { json: false, python: true, toolNames }
    return {
      ...own,
      ...withFences(python, fences, ({ lineStart }) => lineStart),
      silent: form.otherEnds,
      reasonsAnywhere: true,
      reasoningLabel: "thought"
    }
  },
  grammar: callGrammar({ blocks: [gemmaBlock(form)], between: "" }),
  renderCall: (call) => renderGemmaCall(form, call),
  // What the model cards advise.
  sampling: { temperature: 1, topP: 0.95, topK: 64 }
})
