/**
 * The OpenAI Responses API on the wire: Schemas of what is accepted, types of what is sent.
 *
 * The Schemas are open: unknown fields, item types, part types and tool types pass, and items and parts are `unknown`
 * until the dialect looks at their `type`.
 *
 * @see wire contract, section 8
 */
import { Schema } from "effect"
import { isJsonObject, type Json, type JsonObject } from "./json.ts"
import type { OpenaiTokenLogprob } from "./openai-logprobs.ts"

/** A JSON object, taken as it is. */
const Dictionary = Schema.declare<JsonObject>(isJsonObject, { message: "should be an object" })

const NonEmpty = Schema.String.check(Schema.isMinLength(1, { message: "should not be empty" }))

const atLeastZero = { message: "should be 0 or more" }

const Count = Schema.Finite.check(
  Schema.isInt({ message: "should be a whole number" }),
  Schema.isGreaterThanOrEqualTo(0, atLeastZero)
)

/** A string stands for one text part of the same text. */
const Content = Schema.Union([Schema.String, Schema.Array(Schema.Unknown)]).annotate({
  message: "should be a string or an array"
})

/** Body of `POST /v1/responses`. */
export const ResponsesRequest = Schema.Struct({
  model: NonEmpty,
  input: Schema.optionalKey(Content),
  instructions: Schema.optionalKey(Schema.String),
  tools: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  tool_choice: Schema.optionalKey(
    Schema.Union([Schema.String, Dictionary]).annotate({ message: "should be a string or an object" })
  ),
  parallel_tool_calls: Schema.optionalKey(Schema.Boolean),
  max_output_tokens: Schema.optionalKey(Count),
  temperature: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0, atLeastZero))),
  top_p: Schema.optionalKey(
    Schema.Finite.check(
      Schema.isGreaterThanOrEqualTo(0, atLeastZero),
      Schema.isLessThanOrEqualTo(1, { message: "should be 1 or less" })
    )
  ),
  text: Schema.optionalKey(Dictionary),
  reasoning: Schema.optionalKey(Dictionary),
  include: Schema.optionalKey(Schema.Array(Schema.String)),
  top_logprobs: Schema.optionalKey(Count.check(Schema.isLessThanOrEqualTo(20, { message: "should be 20 or less" }))),
  stream: Schema.optionalKey(Schema.Boolean),
  store: Schema.optionalKey(Schema.Boolean),
  background: Schema.optionalKey(Schema.Boolean),
  truncation: Schema.optionalKey(Schema.String),
  prompt_cache_key: Schema.optionalKey(Schema.String),
  client_metadata: Schema.optionalKey(Schema.Unknown),
  metadata: Schema.optionalKey(Schema.Unknown),
  previous_response_id: Schema.optionalKey(Schema.Unknown),
  conversation: Schema.optionalKey(Schema.Unknown),
  prompt: Schema.optionalKey(Schema.Unknown)
})
export type ResponsesRequest = typeof ResponsesRequest.Type

/** What every content part has. */
export const ResponsesPartType = Schema.Struct({ type: Schema.String })

/** What tells one kind of item from another: a message may come without `type`. */
export const ResponsesItemType = Schema.Struct({ type: Schema.optionalKey(Schema.String) })

/** The items of `input` that are understood, by `type`; all others stay opaque. */
export const responsesItems = {
  message: Schema.Struct({
    role: Schema.Literals(["user", "assistant", "system", "developer"]).annotate({
      message: "should be 'user', 'assistant', 'system' or 'developer'"
    }),
    content: Content
  }),
  function_call: Schema.Struct({
    call_id: NonEmpty,
    name: NonEmpty,
    namespace: Schema.optionalKey(Schema.String),
    arguments: Schema.String
  }),
  function_call_output: Schema.Struct({ call_id: NonEmpty, output: Content }),
  custom_tool_call: Schema.Struct({
    call_id: NonEmpty,
    name: NonEmpty,
    namespace: Schema.optionalKey(Schema.String),
    input: Schema.String
  }),
  custom_tool_call_output: Schema.Struct({ call_id: NonEmpty, output: Content }),
  reasoning: Schema.Struct({
    summary: Schema.optionalKey(Schema.Array(Schema.Struct({ text: Schema.String }))),
    content: Schema.optionalKey(Schema.Array(Schema.Struct({ text: Schema.String }))),
    encrypted_content: Schema.optionalKey(Schema.String)
  })
} as const

/** The parts of a message or an output that are understood, by `type`; all others stay opaque. */
export const responsesParts = {
  input_text: Schema.Struct({ text: Schema.String }),
  output_text: Schema.Struct({ text: Schema.String, annotations: Schema.optionalKey(Schema.Unknown) }),
  refusal: Schema.Struct({ refusal: Schema.String }),
  input_image: Schema.Struct({
    image_url: Schema.optionalKey(Schema.String),
    file_id: Schema.optionalKey(Schema.String),
    detail: Schema.optionalKey(Schema.Unknown)
  }),
  input_file: Schema.Struct({
    file_data: Schema.optionalKey(Schema.String),
    file_url: Schema.optionalKey(Schema.String),
    file_id: Schema.optionalKey(Schema.String),
    filename: Schema.optionalKey(Schema.String),
    detail: Schema.optionalKey(Schema.Unknown)
  })
} as const

/** What every element of `tools` has. */
export const ResponsesToolType = Schema.Struct({ type: Schema.String, name: Schema.optionalKey(Schema.String) })

/** The tools a client can run itself, by `type`. */
export const responsesTools = {
  function: Schema.Struct({
    name: NonEmpty,
    description: Schema.optionalKey(Schema.String),
    parameters: Schema.optionalKey(Dictionary),
    strict: Schema.optionalKey(Schema.Boolean),
    defer_loading: Schema.optionalKey(Schema.Boolean)
  }),
  custom: Schema.Struct({
    name: NonEmpty,
    description: Schema.optionalKey(Schema.String),
    format: Schema.optionalKey(Dictionary),
    defer_loading: Schema.optionalKey(Schema.Boolean)
  }),
  namespace: Schema.Struct({
    name: NonEmpty,
    description: Schema.optionalKey(Schema.String),
    tools: Schema.Array(Schema.Unknown)
  })
} as const

/** `tool_choice` where it is an object. */
export const ResponsesToolChoice = Schema.Struct({
  type: Schema.String,
  name: Schema.optionalKey(NonEmpty),
  namespace: Schema.optionalKey(Schema.String),
  mode: Schema.optionalKey(Schema.String),
  tools: Schema.optionalKey(Schema.Array(Dictionary))
})

/** `text.format` with type `json_schema`. */
export const ResponsesJsonSchemaFormat = Schema.Struct({
  name: Schema.optionalKey(Schema.String),
  schema: Dictionary,
  strict: Schema.optionalKey(Schema.Boolean)
})

/** `usage` of a response; `input_tokens` is the whole prompt, the details are parts of it. */
export interface ResponsesUsage {
  readonly input_tokens: number
  readonly input_tokens_details: { readonly cached_tokens: number; readonly cache_write_tokens: number }
  readonly output_tokens: number
  readonly output_tokens_details: { readonly reasoning_tokens: number }
  readonly total_tokens: number
}

/** Whether an item is being written, is whole, or was cut off. */
export type ResponsesItemStatus = "in_progress" | "completed" | "incomplete"

export interface ResponsesOutputText {
  readonly type: "output_text"
  readonly text: string
  readonly annotations: ReadonlyArray<never>
  readonly logprobs: ReadonlyArray<OpenaiTokenLogprob>
}

export interface ResponsesMessageItem {
  readonly type: "message"
  readonly id: string
  readonly status: ResponsesItemStatus
  readonly role: "assistant"
  readonly content: ReadonlyArray<ResponsesOutputText>
}

export interface ResponsesSummaryText {
  readonly type: "summary_text"
  readonly text: string
}

export interface ResponsesReasoningItem {
  readonly type: "reasoning"
  readonly id: string
  readonly summary: ReadonlyArray<ResponsesSummaryText>
  /** Only where `include` asks for it. */
  readonly encrypted_content?: string
}

/** A call; `arguments` is the text of a JSON object. */
export interface ResponsesFunctionCallItem {
  readonly type: "function_call"
  readonly id: string
  readonly status: ResponsesItemStatus
  readonly call_id: string
  readonly name: string
  readonly namespace?: string
  readonly arguments: string
}

/** A call of a custom tool; `input` is free text. */
export interface ResponsesCustomCallItem {
  readonly type: "custom_tool_call"
  readonly id: string
  readonly status: ResponsesItemStatus
  readonly call_id: string
  readonly name: string
  readonly namespace?: string
  readonly input: string
}

export type ResponsesOutputItem =
  | ResponsesMessageItem
  | ResponsesReasoningItem
  | ResponsesFunctionCallItem
  | ResponsesCustomCallItem

/** `error` of a response that failed. */
export interface ResponsesError {
  readonly code: string
  readonly message: string
}

/** The fields of a response that repeat the request. */
export interface ResponsesEcho {
  readonly model: string
  readonly instructions: string | null
  readonly max_output_tokens: number | null
  readonly metadata: Json
  readonly parallel_tool_calls: boolean
  readonly previous_response_id: null
  readonly prompt_cache_key: string | null
  readonly reasoning: Json
  readonly store: false
  readonly temperature: number | null
  readonly text: Json
  readonly tool_choice: Json
  readonly tools: ReadonlyArray<Json>
  readonly top_p: number | null
  readonly truncation: "disabled"
}

/** A whole answer, or where it stands. */
export interface ResponsesResponse extends ResponsesEcho {
  readonly id: string
  readonly object: "response"
  /** Seconds since 1970. */
  readonly created_at: number
  readonly status: "in_progress" | "completed" | "incomplete" | "failed"
  readonly background: false
  readonly error: ResponsesError | null
  readonly incomplete_details: { readonly reason: "max_output_tokens" | "content_filter" } | null
  readonly output: ReadonlyArray<ResponsesOutputItem>
  readonly usage: ResponsesUsage | null
}

interface OfItem {
  readonly item_id: string
  readonly output_index: number
}

interface OfContent extends OfItem {
  readonly content_index: number
}

interface OfSummary extends OfItem {
  readonly summary_index: number
}

/** One event of a stream, but for its number. */
export type ResponsesEventBody =
  | { readonly type: "keepalive" }
  | {
      readonly type:
        | "response.created"
        | "response.in_progress"
        | "response.completed"
        | "response.incomplete"
        | "response.failed"
      readonly response: ResponsesResponse
    }
  | {
      readonly type: "response.output_item.added" | "response.output_item.done"
      readonly output_index: number
      readonly item: ResponsesOutputItem
    }
  | (OfContent & {
      readonly type: "response.content_part.added" | "response.content_part.done"
      readonly part: ResponsesOutputText
    })
  | (OfContent & {
      readonly type: "response.output_text.delta"
      readonly delta: string
      readonly logprobs: ReadonlyArray<OpenaiTokenLogprob>
    })
  | (OfContent & {
      readonly type: "response.output_text.done"
      readonly text: string
      readonly logprobs: ReadonlyArray<OpenaiTokenLogprob>
    })
  | (OfSummary & {
      readonly type: "response.reasoning_summary_part.added" | "response.reasoning_summary_part.done"
      readonly part: ResponsesSummaryText
    })
  | (OfSummary & { readonly type: "response.reasoning_summary_text.delta"; readonly delta: string })
  | (OfSummary & { readonly type: "response.reasoning_summary_text.done"; readonly text: string })
  | (OfItem & { readonly type: "response.function_call_arguments.delta"; readonly delta: string })
  | (OfItem & {
      readonly type: "response.function_call_arguments.done"
      readonly name: string
      readonly arguments: string
    })
  | (OfItem & { readonly type: "response.custom_tool_call_input.delta"; readonly delta: string })
  | (OfItem & { readonly type: "response.custom_tool_call_input.done"; readonly input: string })

/** One event of a stream; the numbers rise by one from 0. */
export type ResponsesStreamEvent = ResponsesEventBody & { readonly sequence_number: number }

/** Body of every answer that is not 2xx. */
export interface ResponsesErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    /** Where in the request the fault is. */
    readonly param: string | null
    readonly code: string | null
  }
}
