import type { PensieveError } from "@pensieve/errors"
import type { Notice } from "./conversation.ts"
import type { Json, JsonObject } from "./json.ts"

/** Why an answer ended. `refusal` and `context-window` come from other backends only. */
export type FinishReason = "end-turn" | "max-tokens" | "stop-sequence" | "tool-use" | "refusal" | "context-window"

/** Tokens of one exchange. The three input counts are disjoint; their sum is the whole prompt. */
export interface Usage {
  /** Prompt tokens neither read from nor written to a cache. */
  readonly inputTokens: number
  readonly cacheReadTokens: number
  readonly cacheCreationTokens: number
  readonly outputTokens: number
  /** Part of `outputTokens`. */
  readonly reasoningTokens: number
}

/** The request is good, counted and fits; it may still wait. */
export interface Accepted {
  readonly type: "accepted"
  readonly promptTokens: number
  /** What the backend changed or cannot do of the request. */
  readonly notices?: ReadonlyArray<Notice>
}

/** Work begins; `cachedTokens` of the prompt need none. */
export interface Started {
  readonly type: "started"
  readonly cachedTokens: number
  /** Prompt tokens that are computed and kept because the client asked for it; absent: none. */
  readonly cacheCreationTokens?: number
}

/** Prompt tokens done so far. */
export interface Prefill {
  readonly type: "prefill"
  readonly done: number
  readonly total: number
}

/** Time passed without anything else to say. */
export interface Heartbeat {
  readonly type: "heartbeat"
  /** Milliseconds since the client was last told anything but a heartbeat. */
  readonly silentMs?: number
}

export interface ReasoningDelta {
  readonly type: "reasoning-delta"
  readonly text: string
}

export interface ReasoningEnd {
  readonly type: "reasoning-end"
  readonly signature?: string
}

/** A thought that only the service that wrote it can read. */
export interface RedactedReasoning {
  readonly type: "redacted-reasoning"
  readonly data: string
}

export interface TextDelta {
  readonly type: "text-delta"
  readonly text: string
}

/** A token, and the natural logarithm of its probability. */
export interface TokenChance {
  readonly token: string
  readonly logprob: number
  /** UTF-8; a token may be a part of a letter. */
  readonly bytes: ReadonlyArray<number>
}

/** A token that was chosen, and the likeliest in its place. */
export interface TokenLogprob extends TokenChance {
  readonly alternatives: ReadonlyArray<TokenChance>
}

/** How likely tokens of the answer were, where the client asked for it. The text that they make comes behind them. */
export interface TokenLogprobs {
  readonly type: "token-logprobs"
  readonly tokens: ReadonlyArray<TokenLogprob>
}

/** A whole call, checked. */
export interface ToolCall {
  readonly type: "tool-call"
  readonly id: string
  readonly name: string
  readonly input: JsonObject
}

/** The three events of a call that streams as it is written (eager tools under a grammar). */
export interface ToolCallStart {
  readonly type: "tool-call-start"
  readonly id: string
  readonly name: string
}
export interface ToolCallDelta {
  readonly type: "tool-call-delta"
  /** A fragment of the input's JSON text. */
  readonly json: string
}
export interface ToolCallEnd {
  readonly type: "tool-call-end"
}

/** A call of a tool that the server's side runs, whole; its result follows. */
export interface ServerToolCall {
  readonly type: "server-tool-call"
  readonly id: string
  readonly name: string
  readonly input: JsonObject
}

/** What a server tool gave. `wireType` and `content` are those of the block on the Anthropic wire. */
export interface ServerToolResult {
  readonly type: "server-tool-result"
  readonly callId: string
  readonly wireType: `${string}_tool_result`
  readonly content: Json
}

/** Cumulative counts; a later one replaces an earlier one. */
export interface UsageReport {
  readonly type: "usage"
  readonly usage: Usage
}

/** The answer is whole. Last event. */
export interface Finished {
  readonly type: "finished"
  readonly reason: FinishReason
  /** The stop sequence that matched, with reason `stop-sequence`. */
  readonly stopSequence?: string
}

/** The answer broke off. Last event. */
export interface Failed {
  readonly type: "failed"
  readonly error: PensieveError
}

/** What a backend says while it answers. Exactly one `finished` or `failed`, last. */
export type GenerationEvent =
  | Accepted
  | Started
  | Prefill
  | Heartbeat
  | ReasoningDelta
  | ReasoningEnd
  | RedactedReasoning
  | TextDelta
  | TokenLogprobs
  | ToolCall
  | ToolCallStart
  | ToolCallDelta
  | ToolCallEnd
  | ServerToolCall
  | ServerToolResult
  | UsageReport
  | Finished
  | Failed

/** A prompt's tokens, split into the three disjoint counts. */
export const splitPrompt = (
  promptTokens: number,
  { cachedTokens, cacheCreationTokens = 0 }: Omit<Started, "type">
): Pick<Usage, "inputTokens" | "cacheReadTokens" | "cacheCreationTokens"> => {
  const read = Math.min(cachedTokens, promptTokens)
  const created = Math.min(cacheCreationTokens, promptTokens - read)
  return { inputTokens: promptTokens - read - created, cacheReadTokens: read, cacheCreationTokens: created }
}

/** A usage of nothing. */
export const emptyUsage: Usage = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0
}
