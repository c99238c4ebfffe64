import { encodeSseJson } from "@pensieve/framing"
import type {
  Accepted,
  Failed,
  Finished,
  GenerationEvent,
  ReasoningDelta,
  ReasoningEnd,
  RedactedReasoning,
  ResponsesEventBody,
  ResponsesStreamEvent,
  Started,
  TextDelta,
  TokenLogprobs,
  ToolCall,
  ToolCallDelta,
  ToolCallStart,
  UsageReport
} from "@pensieve/models"
import { withCached, withPrompt } from "../prompt-usage.ts"
import { answerBroke, chain, stay, stepWith } from "../stream-step.ts"
import { stopReason } from "./stop-reason.ts"
import {
  closeCall,
  closeItem,
  closeReasoning,
  openCall,
  openMessage,
  openReasoning,
  tellReasoning,
  writeCall,
  writeMessage,
  writeReasoning
} from "./stream-items.ts"
import { begin, fail, responseOf, type StreamState, type StreamStep } from "./stream-state.ts"

const onAccepted = (state: StreamState, event: Accepted): StreamStep => [
  state.counted ? state : { ...state, usage: withPrompt(state.usage, event) },
  []
]

const onStarted = (state: StreamState, event: Started): StreamStep => {
  if (state.counted) return begin(state)
  return begin({ ...state, counted: true, usage: withCached(state.usage, event) })
}

/**
 * An event, not a comment: Codex gives up after five minutes without one and does not count comments. The official SDK
 * throws on events it does not know, and knows this one, but not as the first.
 */
const onHeartbeat = (state: StreamState): StreamStep =>
  state.phase === "waiting" ? begin(state) : [state, [{ type: "keepalive" }]]

const onTextDelta = (state: StreamState, event: TextDelta): StreamStep =>
  event.text === "" ? [state, []] : chain(openMessage(state), (open) => writeMessage(open, event.text))

const onTokenLogprobs = (state: StreamState, event: TokenLogprobs): StreamStep => [
  state.options.logprobs === true ? { ...state, tokens: [...state.tokens, ...event.tokens] } : state,
  []
]

const onReasoningDelta = (state: StreamState, event: ReasoningDelta): StreamStep =>
  event.text === "" ? [state, []] : chain(openReasoning(state), (open) => writeReasoning(open, event.text))

/** A signature without text still makes an item: hidden thinking of another backend. */
const onReasoningEnd = (state: StreamState, event: ReasoningEnd): StreamStep =>
  state.item?.kind === "reasoning" || (event.signature && state.options.sealsReasoning === true)
    ? chain(openReasoning(state), (open) => closeReasoning(open, event.signature))
    : [state, []]

const onRedactedReasoning = (state: StreamState, event: RedactedReasoning): StreamStep =>
  state.options.sealsReasoning === true ? tellReasoning(state, { redacted: event.data }) : [state, []]

const onToolCallStart = (state: StreamState, event: ToolCallStart): StreamStep => openCall(state, event.id, event.name)

const onToolCallDelta = (state: StreamState, event: ToolCallDelta): StreamStep => writeCall(state, event.json)

const onToolCallEnd = (state: StreamState): StreamStep => closeCall(state)

const onToolCall = (state: StreamState, event: ToolCall): StreamStep =>
  chain(
    chain(onToolCallStart(state, { type: "tool-call-start", id: event.id, name: event.name }), (open) =>
      writeCall(open, JSON.stringify(event.input))
    ),
    onToolCallEnd
  )

const onUsage = (state: StreamState, event: UsageReport): StreamStep => [
  { ...state, counted: true, usage: event.usage },
  []
]

const onFinished = (state: StreamState, event: Finished): StreamStep => {
  const end = stopReason(event.reason)
  return chain(
    chain(begin(state), (open) => closeItem(open, end.status)),
    (between) => [
      { ...between, phase: "ended" },
      [{ type: `response.${end.status}`, response: responseOf(between, end) }]
    ]
  )
}

const onFailed = (state: StreamState, event: Failed): StreamStep => fail(state, event.error)

const step = stepWith<StreamState, ResponsesEventBody>({
  accepted: onAccepted,
  started: onStarted,
  prefill: stay,
  heartbeat: onHeartbeat,
  "reasoning-delta": onReasoningDelta,
  "reasoning-end": onReasoningEnd,
  "redacted-reasoning": onRedactedReasoning,
  "text-delta": onTextDelta,
  "token-logprobs": onTokenLogprobs,
  "tool-call": onToolCall,
  "tool-call-start": onToolCallStart,
  "tool-call-delta": onToolCallDelta,
  "tool-call-end": onToolCallEnd,
  "server-tool-call": stay,
  "server-tool-result": stay,
  usage: onUsage,
  finished: onFinished,
  failed: onFailed
})

/** The next state, and what to send, numbered. */
export type NumberedStep = readonly [StreamState, ReadonlyArray<ResponsesStreamEvent>]

const numbered = ([state, events]: StreamStep): NumberedStep =>
  events.length === 0
    ? [state, []]
    : [
        { ...state, sequence: state.sequence + events.length },
        events.map((event, at) => ({ ...event, sequence_number: state.sequence + at }))
      ]

/**
 * One event of an answer as events of the wire. Total: whatever comes in which order, what leaves obeys the grammar.
 *
 * @see wire contract, section 8
 */
export const stepStream = (state: StreamState, event: GenerationEvent): NumberedStep => numbered(step(state, event))

/** The events ran out. Without a `finished` or `failed` that is a failure, never a silent end of the response. */
export const stepEnd = (state: StreamState): NumberedStep =>
  numbered(state.phase === "ended" ? [state, []] : fail(state, answerBroke()))

const frames = ([state, events]: NumberedStep): readonly [StreamState, ReadonlyArray<string>] => [
  state,
  events.map((event) => encodeSseJson(event, event.type))
]

/** One event of an answer as server-sent events, each a string to be written and flushed. */
export const encodeStream = (
  state: StreamState,
  event: GenerationEvent
): readonly [StreamState, ReadonlyArray<string>] => frames(stepStream(state, event))

/** What to write when the events have run out: nothing after a proper end, else `response.failed`. */
export const endStream = (state: StreamState): readonly [StreamState, ReadonlyArray<string>] => frames(stepEnd(state))
