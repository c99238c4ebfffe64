import { BackendFailed, type PensieveError } from "@pensieve/errors"
import type { GenerationEvent, JsonObject, Usage } from "@pensieve/models"
import { Result } from "effect"
import { addFragment, type CallDraft } from "./call-drafts.ts"
import { type CallOptions, cutsOff, finishCalls, reasonOf } from "../finish-calls.ts"
import { decodeErrorChunk } from "../decode-error.ts"
import { foldSteps, type Step } from "../stream-step.ts"
import { errorIn, type Finish, readChunk, tellsError } from "./read-chunk.ts"
import { endThink, initialThink, pushThink, type ThinkForm, type ThinkPiece, type ThinkState } from "./think-text.ts"

/** What the decoder must know besides the bytes. */
export interface DecodeOptions extends CallOptions {
  /** Where thinking stands in plain text, for servers that leave it there. `none` by default. */
  readonly think?: ThinkForm
}

/** What an upstream has said so far. */
export interface AnswerState {
  readonly options: DecodeOptions
  readonly ended: boolean
  /** Whether a choice with content has come. */
  readonly begun: boolean
  /** Whether thinking has begun and not ended. */
  readonly reasoning: boolean
  readonly think: ThinkState
  readonly calls: ReadonlyArray<CallDraft>
  readonly finish: Finish | undefined
  readonly usage: Usage | undefined
}

/** The next state, and what it says. */
export type AnswerStep = Step<AnswerState, GenerationEvent>

export const initialAnswer = (options: DecodeOptions): AnswerState => ({
  options,
  ended: false,
  begun: false,
  reasoning: false,
  think: initialThink(options.think ?? "none"),
  calls: [],
  finish: undefined,
  usage: undefined
})

/** Ends the answer with a failure. */
export const failAnswer = (state: AnswerState, error: PensieveError): AnswerStep =>
  state.ended ? [state, []] : [{ ...state, ended: true }, [{ type: "failed", error }]]

const onReasoning = (state: AnswerState, text: string): AnswerStep =>
  text === "" ? [state, []] : [{ ...state, reasoning: true }, [{ type: "reasoning-delta", text }]]

const closeReasoning = (state: AnswerState): AnswerStep =>
  state.reasoning ? [{ ...state, reasoning: false }, [{ type: "reasoning-end" }]] : [state, []]

const onText = (state: AnswerState, text: string): AnswerStep => {
  if (text === "") return [state, []]
  const [closed, events] = closeReasoning(state)
  return [closed, [...events, { type: "text-delta", text }]]
}

const onPieces = (state: AnswerState, pieces: ReadonlyArray<ThinkPiece>): AnswerStep =>
  foldSteps(state, pieces, (current, { kind, text }) =>
    kind === "text" ? onText(current, text) : onReasoning(current, text)
  )

/** One chunk of a stream, or a whole completion. */
export const stepChunk = (state: AnswerState, chunk: JsonObject): AnswerStep => {
  if (state.ended) return [state, []]
  if (tellsError(chunk)) return failAnswer(state, decodeErrorChunk(errorIn(chunk)))
  const facts = readChunk(chunk, !state.begun)
  const begun = state.begun || facts.text !== "" || facts.reasoning !== "" || facts.calls.length > 0
  const [thinking, reasoned] = onReasoning(state, facts.reasoning)
  const [think, pieces] = facts.text === "" ? [thinking.think, []] : pushThink(thinking.think, facts.text)
  const [said, texts] = onPieces({ ...thinking, think }, pieces)
  const progress: ReadonlyArray<GenerationEvent> =
    facts.prefill === undefined ? [] : [{ type: "prefill", ...facts.prefill }]
  const chances: ReadonlyArray<GenerationEvent> =
    facts.logprobs.length === 0 ? [] : [{ type: "token-logprobs", tokens: facts.logprobs }]
  return [
    {
      ...said,
      begun,
      calls: facts.calls.reduce(addFragment, said.calls),
      finish: facts.finish ?? said.finish,
      usage: facts.usage ?? said.usage
    },
    [...progress, ...reasoned, ...chances, ...texts]
  ]
}

const broken = new BackendFailed({ message: "The upstream stopped before the answer was complete." })

/** The chunks are over: the calls, the tokens and the end. An answer without a reason to end broke off. */
export const endAnswer = (state: AnswerState): AnswerStep => {
  if (state.ended) return [state, []]
  const { finish } = state
  const [said, texts] = onPieces(state, endThink(state.think))
  const [closed, ends] = closeReasoning(said)
  const before = [...texts, ...ends]
  const failed = (error: PensieveError): AnswerStep => [
    { ...closed, ended: true },
    [...before, { type: "failed", error }]
  ]
  if (finish === undefined || finish.reason === "broken") return failed(broken)
  const { calls: drafts, options } = closed
  const finished = finishCalls(drafts, options, cutsOff(finish.reason), new Set(options.callIds))
  if (Result.isFailure(finished)) return failed(finished.failure)
  const calls = finished.success
  const reason = reasonOf(finish.reason, calls.length, calls.length < drafts.length)
  return [
    { ...closed, ended: true },
    [
      ...before,
      ...calls,
      ...(closed.usage === undefined ? [] : [{ type: "usage", usage: closed.usage } as const]),
      {
        type: "finished",
        reason,
        ...(reason === "stop-sequence" && finish.stopSequence !== undefined
          ? { stopSequence: finish.stopSequence }
          : {})
      }
    ]
  ]
}
