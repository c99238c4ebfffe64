/**
 * What we send to an upstream that speaks the Anthropic Messages API.
 *
 * @see wire contract, sections 2 and 3
 */
import type { JsonObject } from "./json.ts"

/** Where the bytes of an image or a document are. */
export type AnthropicSentSource =
  | { readonly type: "base64"; readonly media_type: string; readonly data: string }
  | { readonly type: "url"; readonly url: string }
  | { readonly type: "file"; readonly file_id: string }
  | { readonly type: "text"; readonly media_type: "text/plain"; readonly data: string }

export interface AnthropicSentText {
  readonly type: "text"
  readonly text: string
}

/** What a tool gave. */
export interface AnthropicSentResult {
  readonly type: "tool_result"
  readonly tool_use_id: string
  readonly content: ReadonlyArray<AnthropicSentBlock>
  readonly is_error?: true
}

/** A call of the conversation. */
export interface AnthropicSentCall {
  readonly type: "tool_use"
  readonly id: string
  readonly name: string
  readonly input: JsonObject
}

/** One content block. */
export type AnthropicSentBlock =
  | AnthropicSentText
  | { readonly type: "image"; readonly source: AnthropicSentSource }
  | { readonly type: "document"; readonly source: AnthropicSentSource; readonly title?: string }
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string }
  | AnthropicSentCall
  | AnthropicSentResult

/** One message. */
export interface AnthropicSentMessage {
  readonly role: "user" | "assistant" | "system"
  readonly content: ReadonlyArray<AnthropicSentBlock>
}

/** One tool. */
export interface AnthropicSentTool {
  readonly name: string
  readonly description?: string
  readonly input_schema: JsonObject
}

export type AnthropicSentToolChoice =
  | { readonly type: "auto" | "any"; readonly disable_parallel_tool_use?: true }
  | { readonly type: "none" }
  | { readonly type: "tool"; readonly name: string; readonly disable_parallel_tool_use?: true }

/** How much is thought, and whether it is told. */
export type AnthropicSentThinking =
  | { readonly type: "disabled" }
  | { readonly type: "adaptive"; readonly display: "summarized" | "omitted" }
  | { readonly type: "enabled"; readonly budget_tokens: number; readonly display: "summarized" | "omitted" }

/** A request. */
export interface AnthropicSentRequest {
  readonly model: string
  readonly max_tokens: number
  readonly system?: ReadonlyArray<AnthropicSentText>
  readonly messages: ReadonlyArray<AnthropicSentMessage>
  readonly tools?: ReadonlyArray<AnthropicSentTool>
  readonly tool_choice?: AnthropicSentToolChoice
  readonly thinking?: AnthropicSentThinking
  readonly output_config?: {
    readonly effort?: "low" | "medium" | "high" | "xhigh" | "max"
    readonly format?: { readonly type: "json_schema"; readonly schema: JsonObject }
  }
  readonly stop_sequences?: ReadonlyArray<string>
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
  readonly stream: boolean
}
