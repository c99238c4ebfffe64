import { type AnswerStream, type AnswerStreamStep, initialAnswerStream, makeAnswerStream } from "../answer-stream.ts"
import type { CallOptions } from "../finish-calls.ts"
import { stay } from "../stream-step.ts"
import { type AnswerState, endAnswer, failAnswer, initialAnswer, stepEvent } from "./decode-event.ts"
import { decodeWhole } from "./decode-response.ts"

/** Where the decoder of an upstream's stream stands. */
export type DecodeState = AnswerStream<AnswerState>

/** The next state, and what the bytes said. */
export type DecodeStep = AnswerStreamStep<AnswerState>

/** Before the first byte. */
export const initialDecode = (options: CallOptions): DecodeState => initialAnswerStream(initialAnswer(options))

const stream = makeAnswerStream<AnswerState>({
  onEvent: stepEvent,
  onDone: stay,
  onBody: decodeWhole,
  onEnd: endAnswer,
  fail: failAnswer,
  isSettled: () => false
})

/**
 * The next bytes of an upstream's streamed answer as events. Any chunking gives the same events.
 *
 * What is told twice (deltas, whole items, the whole response) is said once, also by servers that leave some of it out. Items
 * and events that are not known say nothing. There is exactly one `finished` or `failed`, last; an answer without its last
 * event is a failure.
 *
 * @see wire contract, section 8
 */
export const decodeStream = (state: DecodeState, chunk: Uint8Array | string): DecodeStep => stream.push(state, chunk)

/** The bytes are over: what was held back, and the end. */
export const endDecode = (state: DecodeState): DecodeStep => stream.end(state)
