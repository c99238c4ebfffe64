import type { Json, JsonObject } from "./json.ts"

/** Where the bytes of an image or a document are. */
export type MediaSource =
  | { readonly kind: "base64"; readonly mediaType: string; readonly data: string }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "file"; readonly id: string }
  | { readonly kind: "text"; readonly mediaType: string; readonly text: string }

/** Plain text. */
export interface TextPart {
  readonly type: "text"
  readonly text: string
}

/** A picture. */
export interface ImagePart {
  readonly type: "image"
  readonly source: MediaSource
}

/** A document (PDF, text). */
export interface DocumentPart {
  readonly type: "document"
  readonly source: MediaSource
  readonly title?: string
}

/** What the model thought. */
export interface ReasoningPart {
  readonly type: "reasoning"
  readonly text: string
  /** Of the service that wrote it, which alone can read it; absent for what was thought behind this server. */
  readonly signature?: string
}

/** A call the assistant made. `rawText` is the model's own writing of `input`, where known. */
export interface ToolCallPart {
  readonly type: "tool-call"
  readonly id: string
  readonly name: string
  readonly input: JsonObject
  readonly rawText?: string
}

/** The answer to a call. */
export interface ToolResultPart {
  readonly type: "tool-result"
  readonly callId: string
  readonly parts: ReadonlyArray<Part>
  readonly isError: boolean
}

/** Stands for the full definition of a deferred tool, at this place of the conversation. */
export interface ToolReferencePart {
  readonly type: "tool-reference"
  readonly name: string
}

/** From this place of the conversation on the tool may not be called. */
export interface ToolRemovalPart {
  readonly type: "tool-removal"
  readonly name: string
}

/** Anything this version does not know. Kept as it came, so that nothing is lost. */
export interface OpaquePart {
  readonly type: "opaque"
  /** The `type` on the wire. */
  readonly wireType: string
  readonly value: Json
}

/** One piece of a turn. */
export type Part =
  | TextPart
  | ImagePart
  | DocumentPart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | ToolReferencePart
  | ToolRemovalPart
  | OpaquePart

/** Who speaks. */
export type Role = "user" | "assistant" | "system"

/** One message of the conversation, in the order sent. */
export interface Turn {
  readonly role: Role
  readonly parts: ReadonlyArray<Part>
}

/** A tool the client can run. */
export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the input. */
  readonly inputSchema: JsonObject
  /** Known to the client, but not shown to the model until a tool reference names it. */
  readonly deferred: boolean
  /** The client wants the input as it is written, not only when it is whole. */
  readonly eager: boolean
}

/** What the model must do with the tools. */
export type ToolChoice =
  | { readonly type: "auto" }
  | { readonly type: "any" }
  | { readonly type: "none" }
  | { readonly type: "tool"; readonly name: string }

/** How tokens are chosen. An absent field is the model's own default. */
export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly minP?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly repetitionPenalty?: number
  readonly seed?: number
}

/** How much the model may think, and what of it the client wants to see. */
export interface ReasoningRequest {
  readonly mode: "off" | "auto" | "budget"
  /** Tokens; only with mode `budget`. */
  readonly budgetTokens?: number
  readonly effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max"
  /** `full` shows the text, `omitted` hides it (the block and its signature still come). */
  readonly display: "full" | "omitted"
}

/** The form of the answer. */
export type OutputFormat =
  | { readonly type: "text" }
  | { readonly type: "json" }
  | { readonly type: "json-schema"; readonly schema: JsonObject; readonly name?: string }

/** What kind of work a request is; decides its priority and what is kept of it. */
export type RequestClass =
  | "main"
  | "subagent"
  | "title"
  | "compaction"
  | "classifier"
  | "probe"
  | "websearch"
  | "count"
  /** Nobody waits for it: everything else goes first. */
  | "background"

/** What is known about the request besides its content. */
export interface Hints {
  readonly requestClass: RequestClass
  readonly sessionId?: string
  readonly agentId?: string
  /** Requests with the same affinity share a prefix. */
  readonly cacheAffinity?: string
  /** Turn indices (-1 for system and tools) up to which the client asked for caching, ascending. */
  readonly cacheBreakpoints: ReadonlyArray<number>
}

/** What decoding or encoding changed, dropped or could not do, and why. Reaches the log, the trace and a response header. */
export interface Notice {
  /** Stable, kebab-case. */
  readonly code: string
  readonly message: string
  /** Dotted path in the request, where there is one. */
  readonly field?: string
}

/** One request, whatever dialect it came in. */
export interface Conversation {
  /** The model as the client named it; echoed in the answer. */
  readonly model: string
  /** The model that was chosen for it, as its backend names it; absent where the backend chooses by `model`. */
  readonly routedModel?: string
  /** Leading instructions. */
  readonly system: ReadonlyArray<Part>
  readonly turns: ReadonlyArray<Turn>
  readonly tools: ReadonlyArray<ToolDefinition>
  readonly toolChoice: ToolChoice
  readonly parallelToolCalls: boolean
  readonly sampling: Sampling
  readonly reasoning: ReasoningRequest
  readonly output: OutputFormat
  readonly stopSequences: ReadonlyArray<string>
  /** Upper bound of the answer in tokens; undefined means what the window leaves. 0 warms the cache and generates nothing. */
  readonly maxTokens?: number
  /** The log probability of each token is wanted, with those of so many likely ones in its place; absent: of none. */
  readonly topLogprobs?: number
  readonly stream: boolean
  readonly hints: Hints
  readonly notices: ReadonlyArray<Notice>
  /** What was sent, for an upstream of the same dialect. */
  readonly source: Source
}

/** A request as it came. */
export interface Source {
  readonly dialect: string
  readonly body: unknown
  /** The text that `body` was parsed from, where it was kept: goes on to an upstream byte for byte. */
  readonly text?: string
}
