/**
 * The OpenAI chat completions API on the wire: Schemas of what is accepted, types of what is sent.
 *
 * The Schemas are open: unknown fields, part types and tool types pass, and messages, parts and tools are `unknown` until
 * the dialect looks at them.
 *
 * @see wire contract, section 8
 * @see https://platform.openai.com/docs/api-reference/chat
 */
import { Schema } from "effect"
import { isJsonObject, type JsonObject } from "./json.ts"
import type { OpenaiTokenLogprob } from "./openai-logprobs.ts"

/** A JSON object, taken as it is. */
const Dictionary = Schema.declare<JsonObject>(isJsonObject, { message: "expected an object" })

const NonEmpty = Schema.String.check(Schema.isMinLength(1, { message: "expected a string that is not empty" }))

const Count = Schema.Finite.check(
  Schema.isInt({ message: "expected an integer" }),
  Schema.isGreaterThanOrEqualTo(0, { message: "expected a value >= 0" })
)

const between = (least: number, most: number) =>
  Schema.Finite.check(
    Schema.isGreaterThanOrEqualTo(least, { message: `expected a value >= ${least}` }),
    Schema.isLessThanOrEqualTo(most, { message: `expected a value <= ${most}` })
  )

const Integer = Schema.Finite.check(Schema.isInt({ message: "expected an integer" }))

/** A string stands for one text part of the same text. */
const Content = Schema.Union([Schema.String, Schema.Array(Schema.Unknown)]).annotate({
  message: "expected a string or an array of parts"
})

const Stop = Schema.Union([Schema.String, Schema.Array(Schema.String)]).annotate({
  message: "expected a string or an array of strings"
})

/** Body of `POST /v1/chat/completions`; `top_k`, `min_p` and the two repetition penalties are common extensions. */
export const OpenaiChatRequest = Schema.Struct({
  model: NonEmpty,
  messages: Schema.Array(Schema.Unknown),
  tools: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  tool_choice: Schema.optionalKey(Schema.Unknown),
  parallel_tool_calls: Schema.optionalKey(Schema.Boolean),
  functions: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  function_call: Schema.optionalKey(Schema.Unknown),
  max_tokens: Schema.optionalKey(Count),
  max_completion_tokens: Schema.optionalKey(Count),
  stop: Schema.optionalKey(Stop),
  temperature: Schema.optionalKey(between(0, 2)),
  top_p: Schema.optionalKey(between(0, 1)),
  top_k: Schema.optionalKey(Integer),
  min_p: Schema.optionalKey(between(0, 1)),
  seed: Schema.optionalKey(Integer),
  presence_penalty: Schema.optionalKey(between(-2, 2)),
  frequency_penalty: Schema.optionalKey(between(-2, 2)),
  repetition_penalty: Schema.optionalKey(Schema.Finite),
  repeat_penalty: Schema.optionalKey(Schema.Finite),
  response_format: Schema.optionalKey(Dictionary),
  reasoning_effort: Schema.optionalKey(Schema.Unknown),
  logprobs: Schema.optionalKey(Schema.Boolean),
  top_logprobs: Schema.optionalKey(between(0, 20).check(Schema.isInt({ message: "expected an integer" }))),
  n: Schema.optionalKey(Count),
  modalities: Schema.optionalKey(Schema.Unknown),
  stream: Schema.optionalKey(Schema.Boolean),
  stream_options: Schema.optionalKey(Dictionary),
  prompt_cache_key: Schema.optionalKey(Schema.String),
  user: Schema.optionalKey(Schema.String)
})
export type OpenaiChatRequest = typeof OpenaiChatRequest.Type

/** What the fields of every message share. `name` tells participants apart; on a function message it names the function. */
export const OpenaiChatInputMessage = Schema.Struct({
  role: Schema.Literals(["system", "developer", "user", "assistant", "tool", "function"]).annotate({
    message: "expected one of 'system', 'developer', 'user', 'assistant', 'tool' and 'function'"
  }),
  content: Schema.optionalKey(Content),
  name: Schema.optionalKey(Schema.String),
  refusal: Schema.optionalKey(Schema.String),
  reasoning_content: Schema.optionalKey(Schema.String),
  reasoning: Schema.optionalKey(Schema.String),
  tool_calls: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  function_call: Schema.optionalKey(Schema.Struct({ name: NonEmpty, arguments: Schema.String })),
  tool_call_id: Schema.optionalKey(NonEmpty)
})
export type OpenaiChatInputMessage = typeof OpenaiChatInputMessage.Type

/** What every content part has. */
export const OpenaiChatPartType = Schema.Struct({ type: Schema.String })

const ImageUrl = Schema.Union([
  Schema.String,
  Schema.Struct({ url: Schema.String, detail: Schema.optionalKey(Schema.NullOr(Schema.String)) })
]).annotate({ message: "expected an object with a url" })

const optionalText = Schema.optionalKey(Schema.NullOr(Schema.String))

/** The content parts that are understood, by `type`; all others stay opaque. */
export const openaiChatParts = {
  text: Schema.Struct({ text: Schema.String }),
  refusal: Schema.Struct({ refusal: Schema.String }),
  image_url: Schema.Struct({ image_url: ImageUrl }),
  file: Schema.Struct({
    file: Schema.Struct({ file_id: optionalText, file_data: optionalText, filename: optionalText })
  })
} as const

/** One element of an assistant message's `tool_calls`. */
export const OpenaiChatInputCall = Schema.Struct({
  id: NonEmpty,
  function: Schema.Struct({ name: NonEmpty, arguments: Schema.String })
})

/** One element of `tool_calls` that calls a tool whose input is free text. */
export const OpenaiChatCustomCall = Schema.Struct({
  id: NonEmpty,
  custom: Schema.Struct({ name: NonEmpty, input: Schema.String })
})

/** `function` of a tool, and one element of the older `functions`. */
export const OpenaiChatFunction = Schema.Struct({
  name: NonEmpty,
  description: optionalText,
  parameters: Schema.optionalKey(Schema.NullOr(Dictionary)),
  strict: Schema.optionalKey(Schema.Unknown)
})
export type OpenaiChatFunction = typeof OpenaiChatFunction.Type

/** A tool with a function. */
export const OpenaiChatTool = Schema.Struct({ function: Dictionary })

/** `tool_choice` as an object, by its `type`. */
export const openaiChatChoices = {
  function: Schema.Struct({ function: Schema.Struct({ name: NonEmpty }) }),
  allowed_tools: Schema.Struct({
    allowed_tools: Schema.Struct({
      mode: Schema.Literals(["auto", "required"]).annotate({ message: "expected 'auto' or 'required'" }),
      tools: Schema.Array(Schema.Unknown)
    })
  })
} as const

/** `response_format` of type `json_schema`. */
export const OpenaiChatJsonSchema = Schema.Struct({
  json_schema: Schema.Struct({ schema: Dictionary, name: Schema.optionalKey(Schema.String) })
})

/** `usage` of a completion. `prompt_tokens` is the whole prompt. */
export interface OpenaiChatUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details: { readonly cached_tokens: number }
  readonly completion_tokens_details: { readonly reasoning_tokens: number }
}

export type OpenaiChatFinishReason = "stop" | "length" | "tool_calls" | "content_filter"

/** A call, whole. */
export interface OpenaiChatToolCall {
  readonly id: string
  readonly type: "function"
  readonly function: { readonly name: string; readonly arguments: string }
}

/** The first fragment of a call names it; later ones add to its arguments. */
export type OpenaiChatToolCallDelta =
  | (OpenaiChatToolCall & { readonly index: number })
  | { readonly index: number; readonly function: { readonly arguments: string } }

/** What one chunk adds to the message. */
export interface OpenaiChatDelta {
  readonly role?: "assistant"
  readonly content?: string
  readonly reasoning_content?: string
  readonly tool_calls?: ReadonlyArray<OpenaiChatToolCallDelta>
}

/** How likely the tokens of the answer's words were; null where nobody asked. */
export interface OpenaiChatLogprobs {
  readonly content: ReadonlyArray<OpenaiTokenLogprob>
  readonly refusal: null
}

/** One event of a stream. `usage` is there only if the client asked for it: null in all chunks but the last. */
export interface OpenaiChatChunk {
  readonly id: string
  readonly object: "chat.completion.chunk"
  /** Seconds since 1970. */
  readonly created: number
  readonly model: string
  readonly choices: ReadonlyArray<{
    readonly index: 0
    readonly delta: OpenaiChatDelta
    readonly logprobs: OpenaiChatLogprobs | null
    readonly finish_reason: OpenaiChatFinishReason | null
  }>
  readonly usage?: OpenaiChatUsage | null
}

/** The message of a completion. */
export interface OpenaiChatAnswer {
  readonly role: "assistant"
  readonly content: string | null
  readonly refusal: null
  readonly reasoning_content?: string
  readonly tool_calls?: ReadonlyArray<OpenaiChatToolCall>
}

/** A whole answer. */
export interface OpenaiChatCompletion {
  readonly id: string
  readonly object: "chat.completion"
  /** Seconds since 1970. */
  readonly created: number
  readonly model: string
  readonly choices: ReadonlyArray<{
    readonly index: 0
    readonly message: OpenaiChatAnswer
    readonly logprobs: OpenaiChatLogprobs | null
    readonly finish_reason: OpenaiChatFinishReason
  }>
  readonly usage: OpenaiChatUsage
}

/** Body of every answer that is not 2xx, and of the chunk that ends a broken stream. */
export interface OpenaiChatErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | null
  }
}

/** One model of `GET /v1/models`. */
export interface OpenaiChatModel {
  readonly id: string
  readonly object: "model"
  /** Seconds since 1970. */
  readonly created: number
  readonly owned_by: string
}

/** Answer of `GET /v1/models`. */
export interface OpenaiChatModelList {
  readonly object: "list"
  readonly data: ReadonlyArray<OpenaiChatModel>
}

/** A content part we send to an upstream. */
export type OpenaiChatSentPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image_url"; readonly image_url: { readonly url: string } }
  | { readonly type: "file"; readonly file: { readonly filename: string; readonly file_data: string } }

/** A message we send to an upstream. */
export type OpenaiChatSentMessage =
  | { readonly role: "system" | "developer"; readonly content: string }
  | { readonly role: "user"; readonly content: string | ReadonlyArray<OpenaiChatSentPart> }
  | {
      readonly role: "assistant"
      readonly content: string | null
      readonly reasoning_content?: string
      readonly tool_calls?: ReadonlyArray<OpenaiChatToolCall>
    }
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string }

/** A tool we send to an upstream. */
export interface OpenaiChatSentTool {
  readonly type: "function"
  readonly function: { readonly name: string; readonly description?: string; readonly parameters: JsonObject }
}

/** A request we send to an upstream. */
export interface OpenaiChatSentRequest {
  readonly model: string
  readonly messages: ReadonlyArray<OpenaiChatSentMessage>
  readonly tools?: ReadonlyArray<OpenaiChatSentTool>
  readonly tool_choice?:
    | "none"
    | "required"
    | { readonly type: "function"; readonly function: { readonly name: string } }
  readonly parallel_tool_calls?: false
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
  readonly stop?: ReadonlyArray<string>
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
  readonly min_p?: number
  readonly seed?: number
  readonly presence_penalty?: number
  readonly frequency_penalty?: number
  readonly repetition_penalty?: number
  readonly response_format?:
    | { readonly type: "json_object" }
    | {
        readonly type: "json_schema"
        readonly json_schema: { readonly name: string; readonly schema: JsonObject; readonly strict: true }
      }
  readonly reasoning_effort?: string
  readonly logprobs?: true
  readonly top_logprobs?: number
  readonly chat_template_kwargs?: { readonly enable_thinking: boolean }
  readonly prompt_cache_key?: string
  readonly stream: boolean
  readonly stream_options?: { readonly include_usage: true }
}
