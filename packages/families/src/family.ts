import type { RepairRule } from "./repair-rules.ts"
import type { JsonObject, ModelPiece, Sampling, TemplateTool, ToolForm } from "@pensieve/models"
import type { FamilyGrammar } from "./grammar/family-grammar.ts"

/** What is known of a model when its family is looked for. Names are not: they lie. */
export interface ModelFacts {
  /** The chat template's source, where the model has one. */
  readonly templateText: string | null
  /** Special and added tokens of the vocabulary, as written. */
  readonly addedTokens: ReadonlyArray<string>
  /** `model_type` of the model's configuration. */
  readonly architecture: string
}

/** The two markers around what a model thinks. */
export interface ReasoningMarkers {
  readonly start: string
  readonly end: string
}

/** A stretch of the answer proper. */
export interface FamilyText {
  readonly type: "text"
  readonly text: string
}

/** A stretch of what the model thinks. */
export interface FamilyReasoning {
  readonly type: "reasoning"
  readonly text: string
}

/** The thinking that `reasoning` events told of is over. Never sent where no such event came before. */
export interface FamilyReasoningEnd {
  readonly type: "reasoning-end"
}

/** A whole call. Its name may be one the request did not declare, its input one the schema refuses. */
export interface FamilyToolCall {
  readonly type: "tool-call"
  readonly name: string
  readonly input: JsonObject
  /** The call as the model wrote it, markers included. */
  readonly rawText: string
  /** What had to be mended to read it; absent where nothing had. */
  readonly repairs?: ReadonlyArray<RepairRule>
  /** The model wrote it inside thinking that it never closed, at the very end of its turn. */
  readonly fromReasoning?: true
}

/** Something that began like a call and is none. Text + `rawText` + text is what the model wrote. */
export interface MalformedCall {
  readonly type: "malformed-call"
  /** As the model wrote it, markers and the white space before it included. */
  readonly rawText: string
  /** What is wrong, for a log or a retry. */
  readonly problem: string
}

/** What a parser makes of the model's writing. */
export type FamilyEvent = FamilyText | FamilyReasoning | FamilyReasoningEnd | FamilyToolCall | MalformedCall

/** Why the model stopped writing: `stop` by itself, all others in the middle of something. */
export type EndReason = "stop" | "stop-sequence" | "length" | "cancelled" | "error"

/**
 * Reads one answer. Any cutting of the same text gives the same events, but for the places where text and reasoning
 * events are cut. One parser reads one answer; nothing is pushed after `end`.
 */
export interface FamilyParser {
  push(piece: ModelPiece): ReadonlyArray<FamilyEvent>
  end(reason: EndReason): ReadonlyArray<FamilyEvent>
}

/** A tool of the request, as parsers see it. */
export interface ToolShape {
  readonly name: string
  /** JSON Schema of the input. */
  readonly inputSchema: unknown
}

/** What a parser has to know of the request and of the model. */
export interface ParserOptions {
  /** The prompt ended inside open reasoning. */
  readonly opensReasoning: boolean
  /** Names of the request's tools. */
  readonly toolNames: ReadonlyArray<string>
  /** The request's tools, for formats whose values have no types of their own: without them such values are text. */
  readonly tools?: ReadonlyArray<ToolShape>
  /** Special and added tokens of the vocabulary: a marker among them counts only when it comes as a marker piece. */
  readonly addedTokens: ReadonlyArray<string>
}

/** A call of the conversation's past. */
export interface PastCall {
  readonly name: string
  readonly input: JsonObject
}

/** The result of a call of the conversation's past. */
export interface PastResult {
  /** Name of the tool, where the call is known. */
  readonly name?: string
  readonly text: string
}

/**
 * How one family of models writes tool calls and reasoning. A family is one file that exports one of these, its sections
 * in the order of the fields below, and one row in `families.ts`.
 */
export interface Family {
  readonly name: string
  /** `native`: the model's own template shows tools. `prompted`: the texts below do. */
  readonly toolForm: Exclude<ToolForm, "none">

  // Detection
  detect(facts: ModelFacts): boolean

  // Markers and reasoning
  /** The reasoning markers of this very model; null where it does not think. */
  reasoning(facts: ModelFacts): ReasoningMarkers | null

  /** All that means something in what a model of the family writes; inside content it must be ordinary text. */
  readonly markers: ReadonlyArray<string>

  // Parser
  createParser(options: ParserOptions): FamilyParser

  // Grammar: what the engine holds calls and structured answers to
  readonly grammar: FamilyGrammar

  // Renderer: calls and results of the past as text, for a template that shows none
  renderCall(call: PastCall): string
  renderResult(result: PastResult): string

  // Prompt text: the tools as part of the system prompt, for a template that shows none
  toolPrompt(tools: ReadonlyArray<TemplateTool>): string

  // Ids
  /** The id a template gets for a call; `ordinal` counts the conversation's calls from 0. */
  templateId(call: { readonly id: string; readonly name: string; readonly ordinal: number }): string

  // Stop strings
  readonly stopStrings: ReadonlyArray<string>

  // Default sampling: for what neither the request nor the model's own configuration says
  readonly sampling: Sampling
}
