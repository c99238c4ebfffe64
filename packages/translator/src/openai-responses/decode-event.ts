import type { PensieveError } from "@pensieve/errors"
import type { GenerationEvent, Json, JsonObject, Usage } from "@pensieve/models"
import { Result } from "effect"
import { addCall, type CallLedger, endCalls, followCalls, initialLedger, type LedgerStep } from "../call-ledger.ts"
import { decodeErrorChunk } from "../decode-error.ts"
import { type CallOptions, cutsOff, reasonOf } from "../finish-calls.ts"
import { ofResponses } from "../reasoning-origin.ts"
import { unsealReasoning } from "../seal-reasoning.ts"
import { answerBroke, foldSteps, type Step, whileReading } from "../stream-step.ts"
import { readLogprobs } from "../logprobs.ts"
import { objectIn, objectsIn, textIn } from "../read-json.ts"
import { callIn, messageText, readEnd, readUsage, reasoningText, summaryGap } from "./read-item.ts"

/** An item that has begun and not ended. */
interface OpenItem {
  /** What of it was told already. */
  readonly told: string
  /** Which of the two ways to tell a thought this server uses: some use both. */
  readonly thoughts?: string
}

/** What an upstream has said so far. */
export interface AnswerState {
  readonly ended: boolean
  /** By the index of the wire. */
  readonly items: ReadonlyMap<number, OpenItem>
  /** Indices of items that are told whole. */
  readonly done: ReadonlySet<number>
  readonly calls: CallLedger
  /** Whether a call was left out because it was cut off. */
  readonly cut: boolean
}

/** The next state, and what it says. */
export type AnswerStep = Step<AnswerState, GenerationEvent>

export const initialAnswer = (options: CallOptions): AnswerState => ({
  ended: false,
  items: new Map(),
  done: new Set(),
  calls: initialLedger(options),
  cut: false
})

/** Ends the answer with a failure. */
export const failAnswer = (state: AnswerState, error: PensieveError): AnswerStep =>
  state.ended ? [state, []] : [{ ...state, ended: true }, [{ type: "failed", error }]]

const withCalls = (state: AnswerState, step: LedgerStep): AnswerStep =>
  Result.isFailure(step) ? failAnswer(state, step.failure) : [{ ...state, calls: step.success[0] }, step.success[1]]

/** A server that names no index tells its items one by one. */
const indexOf = (state: AnswerState, event: JsonObject): number =>
  typeof event.output_index === "number" ? event.output_index : state.done.size

const itemAt = (state: AnswerState, index: number): OpenItem => state.items.get(index) ?? { told: "" }

const tell = (state: AnswerState, index: number, item: OpenItem, event: GenerationEvent): AnswerStep => [
  { ...state, items: new Map(state.items).set(index, item) },
  [event]
]

const withLogprobs = (
  logprobs: ReadonlyArray<Json | undefined>,
  said: ReadonlyArray<GenerationEvent>
): ReadonlyArray<GenerationEvent> => {
  const tokens = logprobs.flatMap(readLogprobs)
  return tokens.length === 0 ? said : [{ type: "token-logprobs", tokens }, ...said]
}

const onText = (state: AnswerState, event: JsonObject): AnswerStep => {
  const text = textIn(event.delta)
  if (text === "") return [state, []]
  const index = indexOf(state, event)
  const item = itemAt(state, index)
  const [told, said] = tell(state, index, { ...item, told: item.told + text }, { type: "text-delta", text })
  return [told, withLogprobs([event.logprobs], said)]
}

const onThought = (state: AnswerState, event: JsonObject, delta: string): AnswerStep => {
  const index = indexOf(state, event)
  const item = itemAt(state, index)
  const kind = textIn(event.type).split("_")[1] ?? ""
  const thoughts = item.thoughts ?? kind
  if (delta === "" || thoughts !== kind) return [state, []]
  return tell(state, index, { told: item.told + delta, thoughts }, { type: "reasoning-delta", text: delta })
}

/** The parts of a summary are paragraphs. */
const onSummaryPart = (state: AnswerState, event: JsonObject): AnswerStep =>
  typeof event.summary_index === "number" && event.summary_index > 0 && itemAt(state, indexOf(state, event)).told !== ""
    ? onThought(state, event, summaryGap)
    : [state, []]

/** What of a whole text was not told; nothing where it does not go on from there. */
const restOf = (whole: string, told: string): string => (whole.startsWith(told) ? whole.slice(told.length) : "")

const onMessage = (state: AnswerState, item: JsonObject, told: string): AnswerStep => {
  const text = restOf(messageText(item), told)
  if (text === "") return [state, []]
  const logprobs = told === "" ? objectsIn(item.content).map((part) => part.logprobs) : []
  return [state, withLogprobs(logprobs, [{ type: "text-delta", text }])]
}

/** The rest of a thought, and what its service needs to read it again. */
const onReasoning = (state: AnswerState, item: JsonObject, told: string): AnswerStep => {
  const encrypted = textIn(item.encrypted_content)
  const sealed = unsealReasoning(encrypted)
  if (sealed?.redacted !== undefined) return [state, [{ type: "redacted-reasoning", data: sealed.redacted }]]
  const text = restOf(sealed?.text ?? reasoningText(item), told)
  const foreign = encrypted === "" ? undefined : ofResponses(encrypted)
  const signature = sealed === undefined ? foreign : sealed.signature
  return [
    state,
    [
      ...(text === "" ? [] : [{ type: "reasoning-delta", text } as const]),
      { type: "reasoning-end", ...(signature === undefined ? {} : { signature }) }
    ]
  ]
}

/** A call is told once it is whole; one that a limit cut off is not. */
const onCall = (state: AnswerState, item: JsonObject): AnswerStep => {
  const call = callIn(item)
  if (call === undefined) return [state, []]
  return item.status === "incomplete" ? [{ ...state, cut: true }, []] : withCalls(state, addCall(state.calls, call))
}

/** A whole item: whatever of it was not told before. Items of kinds that are not known say nothing. */
const onItem = (state: AnswerState, index: number, item: JsonObject): AnswerStep => {
  if (state.done.has(index)) return [state, []]
  const { told } = itemAt(state, index)
  const next: AnswerState = { ...state, done: new Set(state.done).add(index) }
  return whileReading(withCalls(next, followCalls(next.calls)), (ready) => {
    if (item.type === "message") return onMessage(ready, item, told)
    return item.type === "reasoning" ? onReasoning(ready, item, told) : onCall(ready, item)
  })
}

/** The items of the last response that were not told on the way. */
const onOutput = (state: AnswerState, response: JsonObject): AnswerStep => {
  const output = Array.isArray(response.output) ? response.output.map(objectIn) : []
  return foldSteps(state, output.entries(), (current, [index, item]) =>
    current.ended ? [current, []] : onItem(current, index, item)
  )
}

const finish = (state: AnswerState, response: JsonObject): AnswerStep => {
  const said = readEnd(response)
  if (said === undefined) return failAnswer(state, answerBroke())
  const held = state.calls.held.length
  return whileReading(withCalls(state, endCalls(state.calls, cutsOff(said))), (told) => {
    const cut = state.cut || told.calls.told < state.calls.told + held
    const usage: Usage | undefined = readUsage(response.usage)
    return [
      { ...told, ended: true },
      [
        ...(usage === undefined ? [] : [{ type: "usage", usage } as const]),
        { type: "finished", reason: reasonOf(said, told.calls.told, cut && cutsOff(said)) }
      ]
    ]
  })
}

/** A response as the last event tells it. */
export const onResponse = (state: AnswerState, response: JsonObject): AnswerStep => {
  if (response.status === "failed") return failAnswer(state, decodeErrorChunk({ error: response.error ?? null }))
  return whileReading(onOutput(state, response), (told) => finish(told, response))
}

/** There is no more. An answer without its last event broke off. */
export const endAnswer = (state: AnswerState): AnswerStep => failAnswer(state, answerBroke())

/**
 * One event of the wire. What is not known says nothing.
 *
 * @see wire contract, section 8
 */
export const stepEvent = (state: AnswerState, event: JsonObject): AnswerStep => {
  if (state.ended) return [state, []]
  switch (event.type) {
    case "keepalive":
      return [state, [{ type: "heartbeat" }]]
    case "response.output_text.delta":
    case "response.refusal.delta":
      return onText(state, event)
    case "response.reasoning_summary_part.added":
      return onSummaryPart(state, event)
    case "response.reasoning_summary_text.delta":
    case "response.reasoning_text.delta":
      return onThought(state, event, textIn(event.delta))
    case "response.output_item.done":
      return onItem(state, indexOf(state, event), objectIn(event.item))
    case "response.completed":
    case "response.incomplete":
    case "response.failed":
      return onResponse(state, withStatus(event))
    case "error":
      return failAnswer(state, decodeErrorChunk(event.error === undefined ? event : { error: event.error }))
    default:
      return [state, []]
  }
}

/** The response of a last event; the event's name counts where the response does not say how it stands. */
const withStatus = (event: JsonObject): JsonObject => {
  const response = objectIn(event.response)
  return { ...response, status: textIn(event.type).replace("response.", "") }
}
