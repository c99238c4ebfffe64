import type { PensieveError } from "@pensieve/errors"
import {
  emptyUsage,
  type OpenaiChatChunk,
  type OpenaiChatDelta,
  type OpenaiChatErrorBody,
  type OpenaiChatFinishReason,
  type TokenLogprob,
  type Usage
} from "@pensieve/models"
import type { Step } from "../stream-step.ts"
import { wireLogprobs } from "../logprobs.ts"
import { errorBody } from "./encode-error.ts"

/** What the encoder must know besides the events. */
export interface StreamOptions {
  /** Completion id (`chatcmpl-…`), unique. */
  readonly id: string
  /** The model as the client named it. */
  readonly model: string
  /** Seconds since 1970. */
  readonly created: number
  /** One more chunk, behind the last choice, tells the tokens. Off by default: some clients index `choices[0]` in every chunk. */
  readonly includeUsage?: boolean
  /** `omitted`: thinking is not sent. `full` by default. */
  readonly display?: "full" | "omitted"
  /** Whether the client asked for log probabilities. Off by default. */
  readonly logprobs?: boolean
  /** Ids of tool calls the conversation already has; a call that repeats one gets an id of its own. */
  readonly toolIds?: ReadonlyArray<string>
}

/** One thing to write: a chunk, or what stands between and behind the chunks. */
export type StreamFrame =
  | { readonly type: "chunk"; readonly chunk: OpenaiChatChunk }
  | { readonly type: "comment" }
  | { readonly type: "error"; readonly body: OpenaiChatErrorBody }
  | { readonly type: "done" }

/** Where a stream stands. Opaque to callers, but for `failure`. */
export interface StreamState {
  readonly options: StreamOptions
  readonly phase: "waiting" | "open" | "ended"
  /** The arguments of the open call, as written so far. */
  readonly json: string | undefined
  /** Calls that have begun. The open one is the last. */
  readonly calls: number
  readonly usage: Usage
  readonly toolIds: ReadonlySet<string>
  /** Tokens whose chances go with the next words. */
  readonly tokens: ReadonlyArray<TokenLogprob>
  /** Why the stream ended with an error chunk, if it did. */
  readonly failure: PensieveError | undefined
}

/** The next state, and what to send. */
export type StreamStep = Step<StreamState, StreamFrame>

/** The state before the first event. */
export const initialStream = (options: StreamOptions): StreamState => ({
  options,
  phase: "waiting",
  json: undefined,
  calls: 0,
  usage: emptyUsage,
  toolIds: new Set(options.toolIds ?? []),
  tokens: [],
  failure: undefined
})

/** The fields every chunk has. `usage` is null in all but the last, and only where it was asked for. */
const chunkHead = ({ id, created, model, includeUsage }: StreamOptions) => ({
  id,
  object: "chat.completion.chunk" as const,
  created,
  model,
  ...(includeUsage === true ? { usage: null } : {})
})

/** A chunk with one choice. */
export const choiceFrame = (
  state: StreamState,
  delta: OpenaiChatDelta,
  finishReason: OpenaiChatFinishReason | null = null
): StreamFrame => ({
  type: "chunk",
  chunk: { ...chunkHead(state.options), choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }] }
})

/** A chunk of words or of the end, with the chances of the tokens behind it where the client asked for them. */
export const tokensFrame = (
  state: StreamState,
  delta: OpenaiChatDelta,
  finishReason: OpenaiChatFinishReason | null = null
): StreamStep => {
  if (state.tokens.length === 0) return [state, [choiceFrame(state, delta, finishReason)]]
  const logprobs = { content: wireLogprobs(state.tokens), refusal: null }
  const choices = [{ index: 0, delta, logprobs, finish_reason: finishReason }] as const
  return [{ ...state, tokens: [] }, [{ type: "chunk", chunk: { ...chunkHead(state.options), choices } }]]
}

/** The chunk without choices that tells the tokens. */
export const usageFrame = (state: StreamState, usage: NonNullable<OpenaiChatChunk["usage"]>): StreamFrame => ({
  type: "chunk",
  chunk: { ...chunkHead(state.options), choices: [], usage }
})

/** Sends the chunk that names the role if it has not been sent. */
export const begin = (state: StreamState): StreamStep =>
  state.phase === "waiting"
    ? [{ ...state, phase: "open" }, [choiceFrame(state, { role: "assistant", content: "" })]]
    : [state, []]

/** Ends the stream with an error chunk; nothing follows it, not even `[DONE]`. */
export const fail = (state: StreamState, error: PensieveError): StreamStep => [
  { ...state, phase: "ended", failure: error },
  [{ type: "error", body: errorBody(error) }]
]
