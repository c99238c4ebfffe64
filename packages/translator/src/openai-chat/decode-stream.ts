import { type AnswerStream, type AnswerStreamStep, initialAnswerStream, makeAnswerStream } from "../answer-stream.ts"
import {
  type AnswerState,
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

const stream = makeAnswerStream<AnswerState>({
  onEvent: stepChunk,
  onDone: endAnswer,
  onBody: decodeWhole,
  onEnd: endAnswer,
  fail: failAnswer,
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

/** Whether the upstream has said why it ends: only the tokens may still come. */
export const saidWhy = (state: DecodeState): boolean => state.answer.finish !== undefined
