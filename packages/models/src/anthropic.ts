/**
 * The Anthropic Messages API on the wire: Schemas of what is accepted, types of what is sent.
 *
 * The Schemas are open: unknown fields, block types and tool types pass, and content blocks are `unknown` until the
 * dialect looks at their `type`. Their messages are the API's own.
 *
 * @see wire contract, sections 1 to 5
 */
import { Schema } from "effect"
import { isJsonObject, type Json, type JsonObject } from "./json.ts"

/** A JSON object, taken as it is. */
const Dictionary = Schema.declare<JsonObject>(isJsonObject, { message: "Input should be a valid dictionary" })

const NonEmpty = Schema.String.check(Schema.isMinLength(1, { message: "String should have at least 1 character" }))

const atLeastZero = { message: "Input should be greater than or equal to 0" }

const Count = Schema.Finite.check(
  Schema.isInt({ message: "Input should be a valid integer" }),
  Schema.isGreaterThanOrEqualTo(0, atLeastZero)
)

/** A string stands for one text block of the same text. */
const Content = Schema.Union([Schema.String, Schema.Array(Schema.Unknown)]).annotate({
  message: "Input should be a valid array"
})

const role = Schema.Literals(["user", "assistant", "system"]).annotate({
  message: "Input should be 'user', 'assistant' or 'system'"
})

const requestFields = {
  model: NonEmpty,
  messages: Schema.Array(Schema.Unknown),
  system: Schema.optionalKey(Content),
  tools: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  tool_choice: Schema.optionalKey(Dictionary),
  thinking: Schema.optionalKey(Schema.Unknown),
  output_config: Schema.optionalKey(Dictionary),
  output_format: Schema.optionalKey(Dictionary),
  stop_sequences: Schema.optionalKey(Schema.Array(Schema.String)),
  stream: Schema.optionalKey(Schema.Boolean),
  temperature: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0, atLeastZero))),
  top_p: Schema.optionalKey(
    Schema.Finite.check(
      Schema.isGreaterThanOrEqualTo(0, atLeastZero),
      Schema.isLessThanOrEqualTo(1, { message: "Input should be less than or equal to 1" })
    )
  ),
  top_k: Schema.optionalKey(Count),
  metadata: Schema.optionalKey(Schema.Unknown),
  cache_control: Schema.optionalKey(Schema.Unknown),
  context_management: Schema.optionalKey(Schema.Unknown),
  safeguards: Schema.optionalKey(Schema.Unknown),
  mcp_servers: Schema.optionalKey(Schema.Unknown),
  container: Schema.optionalKey(Schema.Unknown),
  thread: Schema.optionalKey(Schema.Unknown)
}

/** Body of `POST /v1/messages`. */
export const AnthropicRequest = Schema.Struct({ ...requestFields, max_tokens: Count })
export type AnthropicRequest = typeof AnthropicRequest.Type

/** Body of `POST /v1/messages/count_tokens`: a request without `max_tokens`. */
export const AnthropicCountRequest = Schema.Struct({ ...requestFields, max_tokens: Schema.optionalKey(Count) })
export type AnthropicCountRequest = typeof AnthropicCountRequest.Type

/** One element of `messages`. Only a system message may come without content, to change `output_config`. */
export const AnthropicInputMessage = Schema.Struct({
  role,
  content: Schema.optionalKey(Content),
  output_config: Schema.optionalKey(Dictionary),
  clear_at: Schema.optionalKey(Schema.Unknown)
})
export type AnthropicInputMessage = typeof AnthropicInputMessage.Type

/** What every content block has. */
export const AnthropicBlockType = Schema.Struct({ type: Schema.String })

/** The content blocks that are understood, by `type`; all others stay opaque. */
export const anthropicBlocks = {
  text: Schema.Struct({ text: Schema.String, citations: Schema.optionalKey(Schema.Unknown) }),
  image: Schema.Struct({ source: Dictionary, transformations: Schema.optionalKey(Schema.Unknown) }),
  document: Schema.Struct({
    source: Dictionary,
    title: Schema.optionalKey(Schema.String),
    context: Schema.optionalKey(Schema.String),
    citations: Schema.optionalKey(Schema.Unknown)
  }),
  search_result: Schema.Struct({
    source: Schema.String,
    title: Schema.String,
    content: Schema.Array(Schema.Struct({ text: Schema.String })),
    citations: Schema.optionalKey(Schema.Unknown)
  }),
  thinking: Schema.Struct({ thinking: Schema.String, signature: Schema.optionalKey(Schema.String) }),
  tool_use: Schema.Struct({
    id: NonEmpty,
    name: NonEmpty,
    input: Dictionary,
    caller: Schema.optionalKey(Schema.Unknown)
  }),
  tool_result: Schema.Struct({
    tool_use_id: NonEmpty,
    content: Schema.optionalKey(Content),
    is_error: Schema.optionalKey(Schema.Boolean)
  }),
  tool_reference: Schema.Struct({ tool_name: NonEmpty }),
  tool_addition: Schema.Struct({ tool: Schema.Struct({ name: NonEmpty }) }),
  tool_removal: Schema.Struct({ tool: Schema.Struct({ name: NonEmpty }) })
} as const

/** The sources of images and documents that are understood, by `type`. */
export const anthropicSources = {
  base64: Schema.Struct({ media_type: Schema.String, data: Schema.String }),
  url: Schema.Struct({ url: Schema.String }),
  file: Schema.Struct({ file_id: Schema.String }),
  text: Schema.Struct({ data: Schema.String, media_type: Schema.optionalKey(Schema.String) }),
  content: Schema.Struct({ content: Content })
} as const

/** A tool whose schema the request brings. */
export const AnthropicTool = Schema.Struct({
  name: NonEmpty,
  description: Schema.optionalKey(Schema.String),
  input_schema: Dictionary,
  defer_loading: Schema.optionalKey(Schema.Boolean),
  eager_input_streaming: Schema.optionalKey(Schema.Boolean)
})
export type AnthropicTool = typeof AnthropicTool.Type

/** A tool the request names by a versioned `type` only. */
export const AnthropicTypedTool = Schema.Struct({
  type: Schema.String,
  name: Schema.optionalKey(NonEmpty),
  defer_loading: Schema.optionalKey(Schema.Boolean),
  eager_input_streaming: Schema.optionalKey(Schema.Boolean)
})

/** `tool_choice`. */
export const AnthropicToolChoice = Schema.Struct({
  type: Schema.Literals(["auto", "any", "tool", "none"]).annotate({
    message: "Input should be 'auto', 'any', 'tool' or 'none'"
  }),
  name: Schema.optionalKey(NonEmpty),
  disable_parallel_tool_use: Schema.optionalKey(Schema.Boolean)
})

/** `usage` of a message; the three input counts are disjoint. */
export interface AnthropicUsage {
  readonly input_tokens: number
  readonly cache_creation_input_tokens: number
  readonly cache_read_input_tokens: number
  readonly output_tokens: number
  readonly output_tokens_details: { readonly thinking_tokens: number }
  readonly cache_creation: null
  readonly server_tool_use: null
  readonly service_tier: "standard"
  readonly inference_geo: null
  readonly speed: null
}

/** `usage` of `message_delta`: cumulative, replaces the one of `message_start`. */
export type AnthropicDeltaUsage = Omit<AnthropicUsage, "cache_creation" | "service_tier" | "inference_geo" | "speed">

export type AnthropicStopReason =
  | "end_turn"
  | "max_tokens"
  | "stop_sequence"
  | "tool_use"
  | "refusal"
  | "model_context_window_exceeded"

export interface AnthropicTextBlock {
  readonly type: "text"
  readonly text: string
  readonly citations: null
}

export interface AnthropicThinkingBlock {
  readonly type: "thinking"
  readonly thinking: string
  readonly signature: string
}

export interface AnthropicToolUseBlock {
  readonly type: "tool_use"
  readonly id: string
  readonly name: string
  readonly input: JsonObject
  readonly caller: { readonly type: "direct" }
}

export interface AnthropicRedactedThinkingBlock {
  readonly type: "redacted_thinking"
  readonly data: string
}

export interface AnthropicServerToolUseBlock {
  readonly type: "server_tool_use"
  readonly id: string
  readonly name: string
  readonly input: JsonObject
  readonly caller: { readonly type: "direct" }
}

/** What a server tool gave: `web_search_tool_result` and its like. */
export interface AnthropicServerToolResultBlock {
  readonly type: `${string}_tool_result`
  readonly tool_use_id: string
  readonly content: Json
}

export type AnthropicContentBlock =
  | AnthropicTextBlock
  | AnthropicThinkingBlock
  | AnthropicRedactedThinkingBlock
  | AnthropicToolUseBlock
  | AnthropicServerToolUseBlock
  | AnthropicServerToolResultBlock

/** What became of one check of the tool calls. */
export interface AnthropicSafeguardResult {
  readonly type: string
  readonly status: { readonly type: "unsupported" }
}

/** A whole answer. */
export interface AnthropicMessage {
  readonly id: string
  readonly type: "message"
  readonly role: "assistant"
  readonly model: string
  readonly content: ReadonlyArray<AnthropicContentBlock>
  readonly stop_reason: AnthropicStopReason | null
  readonly stop_sequence: string | null
  readonly stop_details: null
  readonly container: null
  readonly diagnostics: null
  readonly usage: AnthropicUsage
  /** Only where the request asks for checks. */
  readonly safeguard_results?: ReadonlyArray<AnthropicSafeguardResult>
}

export type AnthropicDelta =
  | { readonly type: "text_delta"; readonly text: string }
  | { readonly type: "thinking_delta"; readonly thinking: string; readonly estimated_tokens?: number | null }
  | { readonly type: "signature_delta"; readonly signature: string }
  | { readonly type: "input_json_delta"; readonly partial_json: string }

/** `error` of an error body and of the `error` event. */
export interface AnthropicErrorObject {
  readonly type: string
  readonly message: string
  readonly details?: { readonly error_code: string }
}

/** One event of a stream. */
export type AnthropicStreamEvent =
  | { readonly type: "ping" }
  | { readonly type: "message_start"; readonly message: AnthropicMessage }
  | {
      readonly type: "content_block_start"
      readonly index: number
      readonly content_block: AnthropicContentBlock
    }
  | { readonly type: "content_block_delta"; readonly index: number; readonly delta: AnthropicDelta }
  | { readonly type: "content_block_stop"; readonly index: number }
  | {
      readonly type: "message_delta"
      readonly delta: Pick<
        AnthropicMessage,
        "stop_reason" | "stop_sequence" | "stop_details" | "container" | "safeguard_results"
      >
      readonly usage: AnthropicDeltaUsage
    }
  | { readonly type: "message_stop" }
  | { readonly type: "error"; readonly error: AnthropicErrorObject }

/** Body of every answer that is not 2xx. */
export interface AnthropicErrorBody {
  readonly type: "error"
  readonly error: AnthropicErrorObject
  readonly request_id: string
}

/** One model of `GET /v1/models`. Times are RFC 3339. */
export interface AnthropicModelInfo {
  readonly id: string
  readonly type: "model"
  readonly display_name: string
  readonly description?: string
  readonly created_at: string
  readonly max_input_tokens: number | null
  readonly max_tokens: number | null
  readonly capabilities: null
  readonly lifecycle: "active"
  readonly line: null
  readonly deprecated_at: null
  readonly retires_at: null
}

/** Answer of `GET /v1/models`. */
export interface AnthropicModelPage {
  readonly data: ReadonlyArray<AnthropicModelInfo>
  readonly has_more: boolean
  readonly first_id: string | null
  readonly last_id: string | null
}

/** Answer of `POST /v1/messages/count_tokens`. */
export interface AnthropicTokenCount {
  readonly input_tokens: number
  readonly context_management: null
}
