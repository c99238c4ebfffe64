import { BackendFailed } from "@pensieve/errors"
import type { SseEvent } from "@pensieve/framing"
import { isJsonObject } from "@pensieve/models"
import { type AnswerStream, type AnswerStreamStep, initialAnswerStream, makeAnswerStream } from "../answer-stream.ts"
import { decodeErrorChunk } from "../decode-error.ts"
import { parseJson } from "../parse-json.ts"
import { foldSteps } from "../stream-step.ts"
import {
  type AnswerState,
  type AnswerStep,
  type DecodeOptions,
  endAnswer,
  failAnswer,
  initialAnswer,
  stepChunk
} from "./decode-chunk.ts"
import { decodeWhole } from "./decode-response.ts"

/** Where the decoder of an upstream's stream stands. */
export type DecodeState = AnswerStream<AnswerState>

/** The next state, and what the bytes said. */
export type DecodeStep = AnswerStreamStep<AnswerState>

/** Before the first byte. */
export const initialDecode = (options: DecodeOptions): DecodeState => initialAnswerStream(initialAnswer(options))

const noJson = new BackendFailed({ message: "The upstream sent a chunk that is no JSON." })

/** Some servers forget the blank line between chunks: then each line of an event is one. */
const onData = (state: AnswerState, data: string): AnswerStep => {
  const text = data.trim()
  if (text === "") return [state, []]
  if (text === "[DONE]") return endAnswer(state)
  const value = parseJson(text)
  if (isJsonObject(value)) return stepChunk(state, value)
  return text.includes("\n") ? foldSteps(state, text.split("\n"), onData) : failAnswer(state, noJson)
}

const onEvent = (state: AnswerState, { event, data }: SseEvent): AnswerStep =>
  event === "error" ? failAnswer(state, decodeErrorChunk(data)) : onData(state, data)

const onBody = (state: AnswerState, text: string): AnswerStep => {
  const value = parseJson(text)
  return value === undefined ? failAnswer(state, decodeErrorChunk(text)) : decodeWhole(state, value)
}

const stream = makeAnswerStream<AnswerState>({
  onEvent,
  onBody,
  onEnd: endAnswer,
  isSettled: (answer) => answer.finish !== undefined
})

/**
 * The next bytes of an upstream's streamed answer as events. Any chunking gives the same events.
 *
 * Reads what servers really send: calls interleaved, without index or id, whole or in pieces; tokens in any chunk; no
 * `[DONE]`; one JSON body instead of a stream. Calls are held until the answer ends and told whole. There is exactly one
 * `finished` or `failed`, last; an answer that ends without a reason is a failure.
 *
 * @see wire contract, section 8, and gateways measured, sections 3 and 4
 */
export const decodeStream = (state: DecodeState, chunk: Uint8Array | string): DecodeStep => stream.push(state, chunk)

/** The bytes are over: what was held back, and the end. */
export const endDecode = (state: DecodeState): DecodeStep => stream.end(state)
