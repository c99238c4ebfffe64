import { type BackendError, BackendFailed } from "@pensieve/errors"
import {
  initialSseDecode,
  initialUtf8,
  pushSse,
  pushUtf8,
  type SseDecodeState,
  type SseEvent,
  type Utf8State
} from "@pensieve/framing"
import { type GenerationEvent, isJsonObject, type JsonObject } from "@pensieve/models"
import { decodeErrorChunk } from "./decode-error.ts"
import { parseJson } from "./parse-json.ts"
import { foldSteps, type Step } from "./stream-step.ts"

/** Where the decoder of an upstream's answer stands. */
export interface AnswerStream<Answer> {
  readonly utf8: Utf8State
  /** Server-sent events; or one body, for an upstream that does not stream; unknown until the first character. */
  readonly form: "unknown" | "events" | "body"
  readonly sse: SseDecodeState
  /** The body, as far as it came. */
  readonly body: string
  readonly answer: Answer
}

/** The next state, and what the bytes said. */
export type AnswerStreamStep<Answer> = Step<AnswerStream<Answer>, GenerationEvent>

/** How a dialect reads its answers. */
export interface AnswerReader<Answer extends { readonly ended: boolean }> {
  readonly onEvent: (answer: Answer, event: JsonObject) => Step<Answer, GenerationEvent>
  /** `[DONE]`, behind which nothing comes. */
  readonly onDone: (answer: Answer) => Step<Answer, GenerationEvent>
  /** An answer that came as one JSON body; it ends with it. */
  readonly onBody: (answer: Answer, body: unknown) => Step<Answer, GenerationEvent>
  /** There is no more. */
  readonly onEnd: (answer: Answer) => Step<Answer, GenerationEvent>
  readonly fail: (answer: Answer, error: BackendError) => Step<Answer, GenerationEvent>
  /** Whether the reason to end has come, behind which nothing that is cut off is a loss. */
  readonly isSettled: (answer: Answer) => boolean
}

const noJson = new BackendFailed({ message: "The upstream sent an event that is no JSON." })

/** Before the first byte. */
export const initialAnswerStream = <Answer>(answer: Answer): AnswerStream<Answer> => ({
  utf8: initialUtf8,
  form: "unknown",
  sse: initialSseDecode,
  body: "",
  answer
})

/** Reads the bytes of an answer, in any chunking, whether the upstream streams or not. */
export const makeAnswerStream = <Answer extends { readonly ended: boolean }>(reader: AnswerReader<Answer>) => {
  type State = AnswerStream<Answer>
  type StateStep = AnswerStreamStep<Answer>

  /** Some servers forget the blank line between events: then each line of the data is one. */
  const onData = (answer: Answer, data: string): Step<Answer, GenerationEvent> => {
    const text = data.trim()
    if (text === "") return [answer, []]
    if (text === "[DONE]") return reader.onDone(answer)
    const value = parseJson(text)
    if (isJsonObject(value)) return reader.onEvent(answer, value)
    return text.includes("\n") ? foldSteps(answer, text.split("\n"), onData) : reader.fail(answer, noJson)
  }

  const onSse = (answer: Answer, { event, data }: SseEvent): Step<Answer, GenerationEvent> =>
    event === "error" ? reader.fail(answer, decodeErrorChunk(data)) : onData(answer, data)

  const onBody = (answer: Answer, text: string): Step<Answer, GenerationEvent> => {
    const value = parseJson(text)
    return value === undefined ? reader.fail(answer, decodeErrorChunk(text)) : reader.onBody(answer, value)
  }

  const onEvents = (state: State, text: string): StateStep => {
    const [sse, received] = pushSse(state.sse, text)
    const [answer, events] = foldSteps(state.answer, received, onSse)
    return [{ ...state, sse, answer }, events]
  }

  /** The first character tells an answer that is no stream: JSON, or an error page. */
  const onText = (state: State, text: string): StateStep => {
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

  const push = (state: State, chunk: Uint8Array | string): StateStep => {
    if (state.answer.ended) return [state, []]
    const [utf8, text] = typeof chunk === "string" ? ([state.utf8, chunk] as const) : pushUtf8(state.utf8, chunk)
    return text === "" ? [{ ...state, utf8 }, []] : onText({ ...state, utf8 }, text)
  }

  const end = (state: State): StateStep => {
    if (state.answer.ended) return [state, []]
    if (state.form === "body") {
      const [answer, events] = onBody(state.answer, state.body)
      return [{ ...state, answer }, events]
    }
    const [flushed, found] = onEvents(state, "\n\n")
    const [read, events] = reader.isSettled(state.answer) && flushed.answer.ended ? [state, []] : [flushed, found]
    const [answer, last] = reader.onEnd(read.answer)
    return [{ ...read, answer }, [...events, ...last]]
  }

  return { push, end }
}
