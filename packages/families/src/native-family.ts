import type { Sampling } from "@pensieve/models"
import { type CallFormat, markersOf } from "./call-format.ts"
import { createCallParser } from "./call-parser.ts"
import type { Family, ModelFacts, ParserOptions, PastCall, ReasoningMarkers } from "./family.ts"
import { renderHermesResult } from "./hermes-text.ts"
import { nativeToolPrompt } from "./native-text.ts"

/** What one family does not share with the others. */
export interface NativeParts {
  readonly name: string
  detect(facts: ModelFacts): boolean
  /** Null where no model of the family thinks. */
  readonly reasoning: ReasoningMarkers | null
  /** The format for one answer; reasoning and rendering are the family's. */
  format(options: ParserOptions): Pick<CallFormat, "markers" | "open"> & Partial<CallFormat>
  /** How the engine is to hold the models to it. */
  readonly grammar: Family["grammar"]
  renderCall(call: PastCall): string
  readonly templateId?: Family["templateId"]
  readonly stopStrings?: ReadonlyArray<string>
  readonly sampling?: Sampling
}

/** A family whose models' own templates show tools, calls and results. */
export const nativeFamily = (parts: NativeParts): Family => {
  const formatFor = (options: ParserOptions): CallFormat => ({
    silent: [],
    closers: [],
    reasoning: parts.reasoning,
    reasonsAnywhere: false,
    reasoningLabel: "",
    renderCall: parts.renderCall,
    ...parts.format(options)
  })
  return {
    name: parts.name,
    toolForm: "native",
    detect: parts.detect,
    reasoning: (facts) => {
      const { reasoning } = parts
      const known =
        reasoning !== null &&
        (facts.addedTokens.includes(reasoning.end) || (facts.templateText?.includes(reasoning.end) ?? false))
      return known ? reasoning : null
    },
    markers: markersOf(formatFor({ opensReasoning: false, toolNames: [], addedTokens: [] })),
    createParser: (options) => createCallParser(formatFor(options), options),
    grammar: parts.grammar,
    renderCall: parts.renderCall,
    renderResult: renderHermesResult,
    toolPrompt: nativeToolPrompt(parts.renderCall),
    // Where the form has no ids the client's own are as good as any.
    templateId: parts.templateId ?? (({ id }) => id),
    stopStrings: parts.stopStrings ?? [],
    sampling: parts.sampling ?? {}
  }
}
