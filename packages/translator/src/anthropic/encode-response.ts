import { InternalError, type PensieveError } from "@pensieve/errors"
import type {
  AnthropicContentBlock,
  AnthropicDelta,
  AnthropicMessage,
  AnthropicStreamEvent,
  GenerationEvent
} from "@pensieve/models"
import { Result } from "effect"
import { stepEnd, stepStream } from "./encode-stream.ts"
import { parseToolInput } from "../parse-tool-input.ts"
import { initialStream, type StreamOptions, type StreamState, type StreamStep } from "./stream-state.ts"

/** An answer while its events come in. */
export interface ResponseState {
  readonly stream: StreamState
  readonly message: AnthropicMessage | undefined
  /** Input of the open call, as written so far. */
  readonly json: string
}

/** The state before the first event. */
export const initialResponse = (options: StreamOptions): ResponseState => ({
  stream: initialStream(options),
  message: undefined,
  json: ""
})

const withDelta = (block: AnthropicContentBlock, delta: AnthropicDelta): AnthropicContentBlock => {
  if (block.type === "text" && delta.type === "text_delta") return { ...block, text: block.text + delta.text }
  if (block.type === "thinking" && delta.type === "thinking_delta") {
    return { ...block, thinking: block.thinking + delta.thinking }
  }
  if (block.type === "thinking" && delta.type === "signature_delta") return { ...block, signature: delta.signature }
  return block
}

const withLast = (
  message: AnthropicMessage,
  change: (block: AnthropicContentBlock) => AnthropicContentBlock
): AnthropicMessage => {
  const last = message.content.at(-1)
  return last === undefined ? message : { ...message, content: [...message.content.slice(0, -1), change(last)] }
}

const accumulate = (state: ResponseState, event: AnthropicStreamEvent): ResponseState => {
  if (event.type === "message_start") return { ...state, message: event.message }
  const message = state.message
  if (message === undefined) return state
  switch (event.type) {
    case "content_block_start":
      return { ...state, json: "", message: { ...message, content: [...message.content, event.content_block] } }
    case "content_block_delta":
      return event.delta.type === "input_json_delta"
        ? { ...state, json: state.json + event.delta.partial_json }
        : { ...state, message: withLast(message, (block) => withDelta(block, event.delta)) }
    case "content_block_stop": {
      const input = parseToolInput(state.json) ?? {}
      return {
        ...state,
        message: withLast(message, (block) =>
          block.type === "tool_use" || block.type === "server_tool_use" ? { ...block, input } : block
        )
      }
    }
    case "message_delta":
      return { ...state, message: { ...message, ...event.delta, usage: { ...message.usage, ...event.usage } } }
    case "ping":
    case "message_stop":
    case "error":
      return state
  }
}

const apply = (state: ResponseState, [stream, events]: StreamStep): ResponseState =>
  events.reduce(accumulate, { ...state, stream })

/** Takes the next event of an answer. */
export const foldResponse = (state: ResponseState, event: GenerationEvent): ResponseState =>
  apply(state, stepStream(state.stream, event))

/** The whole message, or why there is none. Events that ran out without an end are a failure. */
export const endResponse = (state: ResponseState): Result.Result<AnthropicMessage, PensieveError> => {
  const { message, stream } = apply(state, stepEnd(state.stream))
  if (stream.failure !== undefined) return Result.fail(stream.failure)
  return message === undefined
    ? Result.fail(new InternalError({ message: "The answer ended without a message." }))
    : Result.succeed(message)
}

/**
 * A non-streaming answer: the events of the stream, gathered as a client gathers them, so that the two cannot differ.
 *
 * @see wire contract, section 3
 */
export const encodeResponse = (
  options: StreamOptions,
  events: Iterable<GenerationEvent>
): Result.Result<AnthropicMessage, PensieveError> =>
  endResponse([...events].reduce(foldResponse, initialResponse(options)))
