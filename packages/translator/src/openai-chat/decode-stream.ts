import { BackendFailed } from "@pensieve/errors"
import {
  initialSseDecode,
  initialUtf8,
  pushSse,
  pushUtf8,
  type SseDecodeState,
  type SseEvent,
  type Utf8State
} from "@pensieve/framing"
import { type GenerationEvent, isJsonObject } from "@pensieve/models"
import {
  type AnswerState,
  type AnswerStep,
  type DecodeOptions,
  endAnswer,
  failAnswer,
  initialAnswer,
  stepChunk
} from "./decode-chunk.ts"
import { decodeErrorChunk } from "../decode-error.ts"
import { decodeResponse } from "./decode-response.ts"
import { parseJson } from "../parse-json.ts"
import { foldSteps, type Step } from "../stream-step.ts"

/** Where the decoder of an upstream's stream stands. */
export interface DecodeState {
  readonly utf8: Utf8State
  /** Server-sent events; or one body, for an upstream that does not stream; unknown until the first character. */
  readonly form: "unknown" | "events" | "body"
  readonly sse: SseDecodeState
  /** The body, as far as it came. */
  readonly body: string
  readonly answer: AnswerState
}

/** The next state, and what the bytes said. */
export type DecodeStep = Step<DecodeState, GenerationEvent>

/** Before the first byte. */
export const initialDecode = (options: DecodeOptions): DecodeState => ({
  utf8: initialUtf8,
  form: "unknown",
  sse: initialSseDecode,
  body: "",
  answer: initialAnswer(options)
})

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

const onEvents = (state: DecodeState, text: string): DecodeStep => {
  const [sse, received] = pushSse(state.sse, text)
  const [answer, events] = foldSteps(state.answer, received, onEvent)
  return [{ ...state, sse, answer }, events]
}

/** The first character tells an answer that is no stream: JSON, or an error page. */
const onText = (state: DecodeState, text: string): DecodeStep => {
  switch (state.form) {
    case "events":
      return onEvents(state, text)
    case "body":
      return [{ ...state, body: state.body + text }, []]
    case "unknown": {
      const start = (state.body + text).replace(/^[\ufeff\s]+/, "")
      if (start === "") return [state, []]
      return /^[{[<]/.test(start)
        ? [{ ...state, form: "body", body: start }, []]
        : onEvents({ ...state, form: "events" }, start)
    }
  }
}

/**
 * The next bytes of an upstream's streamed answer as events. Any chunking gives the same events.
 *
 * Reads what servers really send: calls interleaved, without index or id, whole or in pieces; tokens in any chunk; no
 * `[DONE]`; one JSON body instead of a stream. Calls are held until the answer ends and told whole. There is exactly one
 * `finished` or `failed`, last; an answer that ends without a reason is a failure.
 *
 * @see wire contract, section 8, and gateways measured, sections 3 and 4
 */
export const decodeStream = (state: DecodeState, chunk: Uint8Array | string): DecodeStep => {
  if (state.answer.ended) return [state, []]
  const [utf8, text] = typeof chunk === "string" ? ([state.utf8, chunk] as const) : pushUtf8(state.utf8, chunk)
  return text === "" ? [{ ...state, utf8 }, []] : onText({ ...state, utf8 }, text)
}

const endBody = (state: DecodeState): DecodeStep => {
  const value = parseJson(state.body)
  const events =
    value === undefined
      ? failAnswer(state.answer, decodeErrorChunk(state.body))[1]
      : decodeResponse(value, state.answer.options)
  return [{ ...state, answer: { ...state.answer, ended: true } }, events]
}

/** The bytes are over: what was held back, and the end. */
export const endDecode = (state: DecodeState): DecodeStep => {
  if (state.answer.ended) return [state, []]
  if (state.form === "body") return endBody(state)
  const [rest, found] = onEvents(state, "\n\n")
  // What is cut off behind the reason to end is no loss.
  const [read, events] = state.answer.finish !== undefined && rest.answer.ended ? [state, []] : [rest, found]
  const [answer, last] = endAnswer(read.answer)
  return [{ ...read, answer }, [...events, ...last]]
}
