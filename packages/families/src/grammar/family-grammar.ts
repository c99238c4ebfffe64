import type { BridgeGrammar } from "@pensieve/models"
import type { PlainSchema } from "./simplify-schema.ts"

/** A tool whose calls a grammar describes. */
export interface GrammarTool {
  readonly name: string
  /** Schema of its input, rewritten. */
  readonly schema: PlainSchema
}

/** What an answer may be. */
export interface GrammarRequest {
  /** The tools that may be called; with a choice of `none` those that may not. */
  readonly tools: ReadonlyArray<GrammarTool>
  /** `auto`: words, calls or both. `forced`: calls. */
  readonly choice: "auto" | "forced" | "none"
  /** Several calls in one turn. */
  readonly parallel: boolean
  /** The answer is one JSON value of this schema; null: words. */
  readonly output: PlainSchema | null
  /** The model may think before it answers. */
  readonly reasons: boolean
  /** Special and added tokens of the vocabulary. */
  readonly addedTokens: ReadonlyArray<string>
}

/** What the engine holds a family's models to. */
export interface FamilyGrammar {
  /** The grammar of an answer; null where nothing has to be enforced. */
  plan(request: GrammarRequest): BridgeGrammar | null
}
