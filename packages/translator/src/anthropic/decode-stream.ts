import { BackendFailed } from "@pensieve/errors"
import type { SseEvent } from "@pensieve/framing"
import { isJsonObject } from "@pensieve/models"
import { type AnswerStream, type AnswerStreamStep, initialAnswerStream, makeAnswerStream } from "../answer-stream.ts"
import { decodeErrorChunk } from "../decode-error.ts"
import type { CallOptions } from "../finish-calls.ts"
import { parseJson } from "../parse-json.ts"
import { type AnswerState, type AnswerStep, endAnswer, failAnswer, initialAnswer, stepEvent } from "./decode-event.ts"
import { decodeWhole } from "./decode-response.ts"

/** Where the decoder of an upstream's stream stands. */
export type DecodeState = AnswerStream<AnswerState>

/** The next state, and what the bytes said. */
export type DecodeStep = AnswerStreamStep<AnswerState>

/** Before the first byte. */
export const initialDecode = (options: CallOptions): DecodeState => initialAnswerStream(initialAnswer(options))

const noJson = new BackendFailed({ message: "The upstream sent an event that is no JSON." })

const onEvent = (state: AnswerState, { event, data }: SseEvent): AnswerStep => {
  const text = data.trim()
  if (text === "" || text === "[DONE]") return [state, []]
  const value = parseJson(text)
  if (isJsonObject(value)) return stepEvent(state, event === "error" ? { ...value, type: "error" } : value)
  return failAnswer(state, event === "error" ? decodeErrorChunk(text) : noJson)
}

const onBody = (state: AnswerState, text: string): AnswerStep => {
  const value = parseJson(text)
  return value === undefined ? failAnswer(state, decodeErrorChunk(text)) : decodeWhole(state, value)
}

const stream = makeAnswerStream<AnswerState>({
  onEvent,
  onBody,
  onEnd: endAnswer,
  isSettled: (answer) => answer.stop !== undefined
})

/**
 * The next bytes of an upstream's streamed answer as events. Any chunking gives the same events.
 *
 * Blocks that are not known and events that are not known say nothing. A call is told when its block has ended and its input
 * is whole. There is exactly one `finished` or `failed`, last; an answer that ends without a reason is a failure.
 *
 * @see wire contract, section 4
 */
export const decodeStream = (state: DecodeState, chunk: Uint8Array | string): DecodeStep => stream.push(state, chunk)

/** The bytes are over: what was held back, and the end. */
export const endDecode = (state: DecodeState): DecodeStep => stream.end(state)
