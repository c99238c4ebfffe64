/**
 * The protocol between the proxy and the Python bridge, as Schemas.
 *
 * @see .domainDocs/D03-bridge-protocol.md
 */
import { Schema } from "effect"

const Count = Schema.Int

/** `GET /health`. */
export const BridgeHealth = Schema.Struct({
  status: Schema.Literals(["loading", "ready", "failed"]),
  tickAgeSeconds: Schema.Finite,
  running: Count,
  queued: Count,
  message: Schema.optionalKey(Schema.String)
})
export type BridgeHealth = typeof BridgeHealth.Type

/** `GET /metrics`, as far as the proxy passes it on. */
export const BridgeMetrics = Schema.Struct({
  promptTokens: Count,
  cachedTokens: Count,
  reusableTokens: Count,
  completionTokens: Count,
  guesses: Schema.Struct({ passes: Count, guessed: Count, right: Count }),
  activeMemoryBytes: Schema.Finite,
  peakMemoryBytes: Schema.Finite
})

/** `GET /cache`, likewise. */
export const BridgeCache = Schema.Struct({
  entries: Count,
  bytes: Schema.Finite,
  budgetBytes: Schema.Finite,
  tokens: Count
})

/** Sampling parameters; absent means the model's own default. */
export const BridgeSampling = Schema.Struct({
  temperature: Schema.optionalKey(Schema.Finite),
  topP: Schema.optionalKey(Schema.Finite),
  topK: Schema.optionalKey(Count),
  minP: Schema.optionalKey(Schema.Finite),
  repetitionPenalty: Schema.optionalKey(Schema.Finite),
  presencePenalty: Schema.optionalKey(Schema.Finite),
  frequencyPenalty: Schema.optionalKey(Schema.Finite),
  seed: Schema.optionalKey(Count)
})
export type BridgeSampling = typeof BridgeSampling.Type

/** What the chat template of the loaded model can do, found by rendering. */
export const TemplateFacts = Schema.Struct({
  text: Schema.NullOr(Schema.String),
  system: Schema.Literals(["none", "first", "anywhere"]),
  tools: Schema.Boolean,
  toolCalls: Schema.Boolean,
  toolResults: Schema.Boolean,
  alternates: Schema.Boolean,
  thinkingOption: Schema.NullOr(Schema.String),
  opensReasoning: Schema.Boolean
})
export type TemplateFacts = typeof TemplateFacts.Type

/** `GET /model`. */
export const BridgeModel = Schema.Struct({
  name: Schema.String,
  path: Schema.String,
  fingerprint: Schema.String,
  architecture: Schema.String,
  contextLength: Count,
  window: Count,
  cacheKinds: Schema.Array(Schema.String),
  batches: Schema.Boolean,
  quantization: Schema.NullOr(Schema.Struct({ bits: Count, groupSize: Count })),
  weightBytes: Schema.Finite,
  device: Schema.Literals(["cpu", "gpu"]),
  blas: Schema.String,
  grammar: Schema.Boolean,
  eosTokens: Schema.Array(Schema.String),
  addedTokens: Schema.Array(Schema.String),
  sampling: BridgeSampling,
  template: TemplateFacts
})
export type BridgeModel = typeof BridgeModel.Type

/** One message as chat templates take it. */
export interface TemplateMessage {
  readonly role: "system" | "user" | "assistant" | "tool"
  readonly content: string
  readonly reasoning_content?: string
  readonly tool_calls?: ReadonlyArray<{
    readonly id: string
    readonly type: "function"
    readonly function: { readonly name: string; readonly arguments: Record<string, unknown> }
  }>
  readonly tool_call_id?: string
  readonly name?: string
}

/** One tool as chat templates take it. */
export interface TemplateTool {
  readonly type: "function"
  readonly function: { readonly name: string; readonly description: string; readonly parameters: unknown }
}

/** A scripted piece of forced decoding. */
export type ForcedPiece = { readonly text: string } | { readonly marker: string }

/** What begins a constrained stretch inside free text; it belongs to the stretch. */
export type GrammarTrigger =
  /** One token of the vocabulary. */
  | { readonly marker: string }
  /** Text: as the first of an answer, at the beginning of a line, or anywhere. */
  | { readonly text: string; readonly at: "start" | "line" | "anywhere" }

/** What the engine holds an answer to. */
export interface BridgeGrammar {
  /** In llguidance's Lark; `start` is everything from where a constrained stretch begins to its end. Empty: nothing but `forbid`. */
  readonly lark: string
  /** The token that each `<[NAME]>` of the text stands for. */
  readonly markers: Readonly<Record<string, string>>
  /** `on-trigger`: free text up to a trigger. The others constrain the answer from its first token, or from behind its reasoning. */
  readonly begin: "at-once" | "after-reasoning" | "on-trigger"
  readonly triggers: ReadonlyArray<GrammarTrigger>
  /** Once `start` has matched: free text in which the triggers count again, or nothing but the end of the turn. */
  readonly after: "free" | "end"
  /** Tokens that are never sampled. */
  readonly forbid: ReadonlyArray<string>
}

/** `POST /grammar/check`. */
export interface BridgeGrammarCheck {
  readonly grammars: ReadonlyArray<Pick<BridgeGrammar, "lark" | "markers">>
}

/** Answer of `POST /grammar/check`, in the same order. */
export const BridgeGrammarVerdicts = Schema.Struct({
  grammars: Schema.Array(
    Schema.Struct({
      ok: Schema.Boolean,
      error: Schema.optionalKey(Schema.String),
      milliseconds: Schema.Finite
    })
  )
})
export type BridgeGrammarVerdicts = typeof BridgeGrammarVerdicts.Type

/** The prompt fields of `POST /generate`; all of `POST /count`. */
export interface BridgePrompt {
  readonly messages: ReadonlyArray<TemplateMessage>
  readonly tools?: ReadonlyArray<TemplateTool>
  readonly templateOptions?: Record<string, unknown>
  readonly continueFinal?: boolean
  readonly turnKeys?: ReadonlyArray<{ readonly message: number; readonly key: string }>
}

/** `POST /generate`. */
export interface BridgeGenerate extends BridgePrompt {
  readonly sampling?: BridgeSampling
  readonly stop?: ReadonlyArray<string>
  readonly grammar?: BridgeGrammar
  readonly reasoning?: { readonly start: string; readonly end: string; readonly budget: number | null }
  readonly maxTokens: number
  /** Messages at the beginning that the client wants cached. */
  readonly cachePoint?: number
  /** Likely tokens that are told of each one sampled; absent: nothing is told. */
  readonly logprobs?: number
  readonly class?: string
  readonly session?: string
  readonly agent?: string
  readonly forced?: ReadonlyArray<ForcedPiece>
}

/** Answer of `POST /seal`. */
export const BridgeSeal = Schema.Struct({ sealed: Schema.Boolean })

/** Answer of `POST /count`. */
export const BridgeCount = Schema.Struct({ tokens: Count })

const BridgeProblem = Schema.Struct({
  code: Schema.String,
  message: Schema.String,
  field: Schema.optionalKey(Schema.String),
  promptTokens: Schema.optionalKey(Count),
  window: Schema.optionalKey(Count)
})

/** The body of a refusal. */
export const BridgeRefusal = Schema.Struct({ error: BridgeProblem })
export type BridgeRefusal = typeof BridgeRefusal.Type

const Timings = Schema.Struct({
  queueSeconds: Schema.Finite,
  prefillSeconds: Schema.Finite,
  decodeSeconds: Schema.Finite,
  peakMemoryBytes: Schema.Finite
})

/** What a grammar did to one answer. */
const GrammarUse = Schema.Struct({
  constrainedTokens: Count,
  matches: Count,
  open: Schema.Boolean,
  cached: Schema.Boolean,
  compileSeconds: Schema.Finite,
  maskSeconds: Schema.Finite
})

const Chance = { token: Schema.String, bytes: Schema.Array(Count), logprob: Schema.Finite }

/** One line of the answer of `POST /generate`. */
export const BridgeLine = Schema.Union([
  Schema.Struct({ type: Schema.Literal("accepted"), generation: Schema.String, promptTokens: Count }),
  Schema.Struct({
    type: Schema.Literal("started"),
    cachedTokens: Count,
    cacheCreationTokens: Count,
    restoredFrom: Schema.Literals(["memory", "disk", "none"])
  }),
  Schema.Struct({ type: Schema.Literal("prefill"), done: Count, total: Count }),
  Schema.Struct({ type: Schema.Literal("piece"), text: Schema.String }),
  Schema.Struct({ type: Schema.Literal("piece"), marker: Schema.String, id: Count }),
  Schema.Struct({ type: Schema.Literal("logprobs"), ...Chance, top: Schema.Array(Schema.Struct(Chance)) }),
  Schema.Struct({
    type: Schema.Literal("finished"),
    reason: Schema.Literals(["stop", "length", "cancelled", "error"]),
    stop: Schema.NullOr(Schema.String),
    endToken: Schema.NullOr(Schema.String),
    completionTokens: Count,
    timings: Timings,
    grammar: Schema.optionalKey(GrammarUse),
    error: Schema.optionalKey(BridgeProblem)
  })
])
export type BridgeLine = typeof BridgeLine.Type
