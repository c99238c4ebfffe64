import { InternalError, type PensieveError } from "@pensieve/errors"
import type {
  GenerationEvent,
  OpenaiChatAnswer,
  OpenaiChatChunk,
  OpenaiChatCompletion,
  OpenaiChatDelta,
  OpenaiChatFinishReason,
  OpenaiChatLogprobs,
  OpenaiChatToolCall,
  OpenaiChatToolCallDelta
} from "@pensieve/models"
import { Result } from "effect"
import { stepEnd, stepStream } from "./encode-stream.ts"
import {
  initialStream,
  type StreamFrame,
  type StreamOptions,
  type StreamState,
  type StreamStep
} from "./stream-state.ts"
import { completionUsage } from "./usage.ts"

/** An answer while its events come in. */
export interface ResponseState {
  readonly stream: StreamState
  readonly message: OpenaiChatAnswer
  readonly logprobs: OpenaiChatLogprobs | null
  readonly finishReason: OpenaiChatFinishReason | undefined
}

/** The state before the first event. */
export const initialResponse = (options: StreamOptions): ResponseState => ({
  stream: initialStream(options),
  message: { role: "assistant", content: null, refusal: null },
  logprobs: null,
  finishReason: undefined
})

const withCall = (
  calls: ReadonlyArray<OpenaiChatToolCall>,
  delta: OpenaiChatToolCallDelta
): ReadonlyArray<OpenaiChatToolCall> => {
  if ("id" in delta) return [...calls, { id: delta.id, type: delta.type, function: delta.function }]
  const last = calls.at(-1)
  if (last === undefined) return calls
  const { name, arguments: written } = last.function
  return [...calls.slice(0, -1), { ...last, function: { name, arguments: written + delta.function.arguments } }]
}

const withDelta = (message: OpenaiChatAnswer, delta: OpenaiChatDelta): OpenaiChatAnswer => ({
  ...message,
  ...(delta.content ? { content: (message.content ?? "") + delta.content } : {}),
  ...(delta.reasoning_content === undefined
    ? {}
    : { reasoning_content: (message.reasoning_content ?? "") + delta.reasoning_content }),
  ...(delta.tool_calls === undefined ? {} : { tool_calls: delta.tool_calls.reduce(withCall, message.tool_calls ?? []) })
})

const withLogprobs = (known: OpenaiChatLogprobs | null, more: OpenaiChatLogprobs | null): OpenaiChatLogprobs | null =>
  known === null || more === null ? (known ?? more) : { ...known, content: [...known.content, ...more.content] }

const withChunk = (state: ResponseState, chunk: OpenaiChatChunk): ResponseState => {
  const choice = chunk.choices[0]
  if (choice === undefined) return state
  return {
    ...state,
    message: withDelta(state.message, choice.delta),
    logprobs: withLogprobs(state.logprobs, choice.logprobs),
    finishReason: choice.finish_reason ?? state.finishReason
  }
}

const accumulate = (state: ResponseState, frame: StreamFrame): ResponseState =>
  frame.type === "chunk" ? withChunk(state, frame.chunk) : state

const apply = (state: ResponseState, [stream, frames]: StreamStep): ResponseState =>
  frames.reduce(accumulate, { ...state, stream })

/** Takes the next event of an answer. */
export const foldResponse = (state: ResponseState, event: GenerationEvent): ResponseState =>
  apply(state, stepStream(state.stream, event))

/** The whole completion, or why there is none. Events that ran out without an end are a failure. */
export const endResponse = (state: ResponseState): Result.Result<OpenaiChatCompletion, PensieveError> => {
  const { message, logprobs, finishReason, stream } = apply(state, stepEnd(state.stream))
  if (stream.failure !== undefined) return Result.fail(stream.failure)
  if (finishReason === undefined) {
    return Result.fail(new InternalError({ message: "The answer ended without a reason." }))
  }
  const { id, created, model } = stream.options
  return Result.succeed({
    id,
    object: "chat.completion",
    created,
    model,
    choices: [{ index: 0, message, logprobs, finish_reason: finishReason }],
    usage: completionUsage(stream.usage)
  })
}

/**
 * A non-streaming answer: the chunks of the stream, gathered as a client gathers them, so that the two cannot differ.
 *
 * @see wire contract, section 8
 */
export const encodeResponse = (
  options: StreamOptions,
  events: Iterable<GenerationEvent>
): Result.Result<OpenaiChatCompletion, PensieveError> =>
  endResponse([...events].reduce(foldResponse, initialResponse(options)))
