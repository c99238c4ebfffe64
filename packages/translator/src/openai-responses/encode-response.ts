import { InternalError, type PensieveError } from "@pensieve/errors"
import type { GenerationEvent, ResponsesResponse, ResponsesStreamEvent } from "@pensieve/models"
import { Result } from "effect"
import { type NumberedStep, stepEnd, stepStream } from "./encode-stream.ts"
import { initialStream, type StreamOptions, type StreamState } from "./stream-state.ts"

/** An answer while its events come in. */
export interface ResponseState {
  readonly stream: StreamState
  readonly response: ResponsesResponse | undefined
}

/** The state before the first event. */
export const initialResponse = (options: StreamOptions): ResponseState => ({
  stream: initialStream(options),
  response: undefined
})

/** The last event holds the whole response; those before hold where it stands. */
const accumulate = (state: ResponseState, event: ResponsesStreamEvent): ResponseState =>
  "response" in event ? { ...state, response: event.response } : state

const apply = (state: ResponseState, [stream, events]: NumberedStep): ResponseState =>
  events.reduce(accumulate, { ...state, stream })

/** Takes the next event of an answer. */
export const foldResponse = (state: ResponseState, event: GenerationEvent): ResponseState =>
  apply(state, stepStream(state.stream, event))

/** The whole response, or why there is none. Events that ran out without an end are a failure. */
export const endResponse = (state: ResponseState): Result.Result<ResponsesResponse, PensieveError> => {
  const { response, stream } = apply(state, stepEnd(state.stream))
  if (stream.failure !== undefined) return Result.fail(stream.failure)
  return response === undefined
    ? Result.fail(new InternalError({ message: "The answer ended without a response." }))
    : Result.succeed(response)
}

/**
 * A non-streaming answer: what the stream's last event tells, so that the two cannot differ.
 *
 * @see wire contract, section 8
 */
export const encodeResponse = (
  options: StreamOptions,
  events: Iterable<GenerationEvent>
): Result.Result<ResponsesResponse, PensieveError> =>
  endResponse([...events].reduce(foldResponse, initialResponse(options)))
