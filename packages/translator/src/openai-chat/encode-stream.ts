import { encodeSseComment, encodeSseJson } from "@pensieve/framing"
import type {
  Accepted,
  Failed,
  Finished,
  GenerationEvent,
  ReasoningDelta,
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
import { finishReason } from "./stop-reason.ts"
import { closeCall, leaveCall, openCall, writeCall } from "./stream-calls.ts"
import {
  begin,
  choiceFrame,
  fail,
  type StreamFrame,
  type StreamState,
  type StreamStep,
  tokensFrame,
  usageFrame
} from "./stream-state.ts"
import { completionUsage } from "./usage.ts"

const onAccepted = (state: StreamState, event: Accepted): StreamStep => [
  state.phase === "waiting" ? { ...state, usage: withPrompt(state.usage, event) } : state,
  []
]

const onStarted = (state: StreamState, event: Started): StreamStep => {
  if (state.phase !== "waiting") return [state, []]
  return begin({ ...state, usage: withCached(state.usage, event) })
}

const onHeartbeat = (state: StreamState): StreamStep => [state, [{ type: "comment" }]]

/** What is neither call nor end: the role first, and no call left open. */
const between = (state: StreamState): StreamStep => chain(begin(state), leaveCall)

const onTextDelta = (state: StreamState, event: TextDelta): StreamStep =>
  event.text === "" ? [state, []] : chain(between(state), (open) => tokensFrame(open, { content: event.text }))

const onTokenLogprobs = (state: StreamState, event: TokenLogprobs): StreamStep => [
  state.options.logprobs === true ? { ...state, tokens: [...state.tokens, ...event.tokens] } : state,
  []
]

const onReasoningDelta = (state: StreamState, event: ReasoningDelta): StreamStep =>
  event.text === ""
    ? [state, []]
    : chain(between(state), (open) =>
        open.options.display === "omitted" ? [open, []] : [open, [choiceFrame(open, { reasoning_content: event.text })]]
      )

const onToolCallStart = (state: StreamState, event: ToolCallStart): StreamStep =>
  chain(between(state), (open) => openCall(open, event.id, event.name))

const onToolCallDelta = (state: StreamState, event: ToolCallDelta): StreamStep => writeCall(state, event.json)

const onToolCallEnd = (state: StreamState): StreamStep => closeCall(state)

const onToolCall = (state: StreamState, event: ToolCall): StreamStep =>
  chain(
    chain(onToolCallStart(state, { type: "tool-call-start", id: event.id, name: event.name }), (open) =>
      writeCall(open, JSON.stringify(event.input))
    ),
    onToolCallEnd
  )

const onUsage = (state: StreamState, event: UsageReport): StreamStep => [{ ...state, usage: event.usage }, []]

const onFinished = (state: StreamState, event: Finished): StreamStep =>
  chain(
    chain(between(state), (open) => tokensFrame(open, {}, finishReason(event, open.calls > 0))),
    (open) => [
      { ...open, phase: "ended" },
      [...(open.options.includeUsage === true ? [usageFrame(open, completionUsage(open.usage))] : []), { type: "done" }]
    ]
  )

const onFailed = (state: StreamState, event: Failed): StreamStep => fail(state, event.error)

/**
 * One event of an answer as frames of the wire. Total: whatever comes in which order, what leaves obeys the grammar.
 *
 * @see wire contract, section 8
 */
export const stepStream = stepWith<StreamState, StreamFrame>({
  accepted: onAccepted,
  started: onStarted,
  prefill: stay,
  heartbeat: onHeartbeat,
  "reasoning-delta": onReasoningDelta,
  "reasoning-end": stay,
  "redacted-reasoning": stay,
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

/** The events ran out. Without a `finished` or `failed` that is a failure, never a silent end. */
export const stepEnd = (state: StreamState): StreamStep =>
  state.phase === "ended" ? [state, []] : fail(state, answerBroke())

const frameText = (frame: StreamFrame): string => {
  switch (frame.type) {
    case "chunk":
      return encodeSseJson(frame.chunk)
    case "comment":
      return encodeSseComment()
    case "error":
      return encodeSseJson(frame.body)
    case "done":
      return "data: [DONE]\n\n"
  }
}

const frames = ([state, sent]: StreamStep): readonly [StreamState, ReadonlyArray<string>] => [
  state,
  sent.map(frameText)
]

/** One event of an answer as server-sent events, each a string to be written and flushed. */
export const encodeStream = (
  state: StreamState,
  event: GenerationEvent
): readonly [StreamState, ReadonlyArray<string>] => frames(stepStream(state, event))

/** What to write when the events have run out: nothing after a proper end, else an error chunk. */
export const endStream = (state: StreamState): readonly [StreamState, ReadonlyArray<string>] => frames(stepEnd(state))
