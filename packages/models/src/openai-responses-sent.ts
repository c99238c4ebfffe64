/**
 * What we send to an upstream that speaks the OpenAI Responses API.
 *
 * @see wire contract, section 8
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
import type { JsonObject } from "./json.ts"

/** A content part of what the client said, or of what a tool gave. */
export type ResponsesSentPart =
  | { readonly type: "input_text"; readonly text: string }
  | { readonly type: "input_image"; readonly image_url: string; readonly detail: "auto" }
  | { readonly type: "input_image"; readonly file_id: string; readonly detail: "auto" }
  | { readonly type: "input_file"; readonly filename: string; readonly file_data: string }
  | { readonly type: "input_file"; readonly file_url: string; readonly filename?: string }
  | { readonly type: "input_file"; readonly file_id: string; readonly filename?: string }

/** One item of `input`. Nothing is stored, so items have no ids. */
export type ResponsesSentItem =
  | {
      readonly type: "message"
      readonly role: "user" | "developer"
      readonly content: ReadonlyArray<ResponsesSentPart>
    }
  | {
      readonly type: "message"
      readonly role: "assistant"
      readonly content: ReadonlyArray<{ readonly type: "output_text"; readonly text: string }>
    }
  | {
      readonly type: "reasoning"
      readonly summary: ReadonlyArray<{ readonly type: "summary_text"; readonly text: string }>
      readonly encrypted_content: string
    }
  | {
      readonly type: "function_call"
      readonly call_id: string
      readonly name: string
      readonly arguments: string
    }
  | {
      readonly type: "function_call_output"
      readonly call_id: string
      readonly output: string | ReadonlyArray<ResponsesSentPart>
    }

/** One tool. The API is strict about schemas unless told otherwise. */
export interface ResponsesSentTool {
  readonly type: "function"
  readonly name: string
  readonly description?: string
  readonly parameters: JsonObject
  readonly strict: false
}

/** A request. */
export interface ResponsesSentRequest {
  readonly model: string
  readonly instructions?: string
  readonly input: ReadonlyArray<ResponsesSentItem>
  readonly tools?: ReadonlyArray<ResponsesSentTool>
  readonly tool_choice?: "none" | "required" | { readonly type: "function"; readonly name: string }
  readonly parallel_tool_calls?: false
  readonly max_output_tokens?: number
  readonly temperature?: number
  readonly top_p?: number
  readonly text?: {
    readonly format:
      | { readonly type: "json_object" }
      | { readonly type: "json_schema"; readonly name: string; readonly schema: JsonObject; readonly strict: true }
  }
  readonly reasoning?: { readonly effort?: string; readonly summary?: "auto" }
  readonly include?: ReadonlyArray<"reasoning.encrypted_content" | "message.output_text.logprobs">
  readonly top_logprobs?: number
  readonly prompt_cache_key?: string
  readonly store: false
  readonly stream: boolean
}
