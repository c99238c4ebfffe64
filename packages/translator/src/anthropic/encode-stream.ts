import { BackendFailed } from "@pensieve/errors"
import { encodeSseJson } from "@pensieve/framing"
import type {
  Accepted,
  Failed,
  Finished,
  GenerationEvent,
  ReasoningDelta,
  ReasoningEnd,
  Started,
  TextDelta,
  ToolCall,
  ToolCallDelta,
  ToolCallStart,
  UsageReport
} from "@pensieve/models"
import { stopReason } from "./stop-reason.ts"
import {
  closeBlock,
  closeThinking,
  closeTool,
  openBlock,
  openThinking,
  openTool,
  writeThinking,
  writeTool
} from "./stream-blocks.ts"
import { begin, chain, fail, type StreamState, type StreamStep } from "./stream-state.ts"
import { deltaUsage } from "./usage.ts"

const onAccepted = (state: StreamState, event: Accepted): StreamStep => [
  state.phase === "waiting" ? { ...state, usage: { ...state.usage, inputTokens: event.promptTokens } } : state,
  []
]

/** The prompt is known as a whole; what the cache had is taken out of it. */
const onStarted = (state: StreamState, event: Started): StreamStep => {
  if (state.phase !== "waiting") return [state, []]
  const cacheReadTokens = Math.min(event.cachedTokens, state.usage.inputTokens)
  const inputTokens = state.usage.inputTokens - cacheReadTokens
  return begin({ ...state, usage: { ...state.usage, inputTokens, cacheReadTokens } })
}

const onHeartbeat = (state: StreamState): StreamStep => [state, [{ type: "ping" }]]

const onTextDelta = (state: StreamState, event: TextDelta): StreamStep => {
  if (event.text === "") return [state, []]
  if (state.block?.kind === "text") {
    return [
      state,
      [{ type: "content_block_delta", index: state.index, delta: { type: "text_delta", text: event.text } }]
    ]
  }
  return chain(chain(begin(state), closeBlock), (between) =>
    chain(openBlock(between, { kind: "text" }, { type: "text", text: "", citations: null }), (open) =>
      onTextDelta(open, event)
    )
  )
}

const onReasoningDelta = (state: StreamState, event: ReasoningDelta): StreamStep =>
  event.text === "" ? [state, []] : chain(openThinking(state), (open) => writeThinking(open, event.text))

/** A signature without text still makes a block: hidden thinking of another backend. */
const onReasoningEnd = (state: StreamState, event: ReasoningEnd): StreamStep =>
  state.block?.kind === "thinking" || event.signature
    ? chain(openThinking(state), (open) => closeThinking(open, event.signature))
    : [state, []]

const onToolCallStart = (state: StreamState, event: ToolCallStart): StreamStep =>
  chain(chain(begin(state), closeBlock), (between) => openTool(between, event.id, event.name))

const onToolCallDelta = (state: StreamState, event: ToolCallDelta): StreamStep => writeTool(state, event.json)

const onToolCallEnd = (state: StreamState): StreamStep =>
  state.block?.kind === "tool" ? closeTool(state, state.block.json) : [state, []]

const onToolCall = (state: StreamState, event: ToolCall): StreamStep =>
  chain(
    chain(onToolCallStart(state, { type: "tool-call-start", id: event.id, name: event.name }), (open) =>
      writeTool(open, JSON.stringify(event.input))
    ),
    onToolCallEnd
  )

const onUsage = (state: StreamState, event: UsageReport): StreamStep => [{ ...state, usage: event.usage }, []]

const onFinished = (state: StreamState, event: Finished): StreamStep =>
  chain(chain(begin(state), closeBlock), (between) => [
    { ...between, phase: "ended" },
    [
      {
        type: "message_delta",
        delta: { ...stopReason(event, between.called), stop_details: null, container: null },
        usage: deltaUsage(between.usage)
      },
      { type: "message_stop" }
    ]
  ])

const onFailed = (state: StreamState, event: Failed): StreamStep => fail(state, event.error)

/**
 * One event of an answer as events of the wire. Total: whatever comes in which order, what leaves obeys the grammar.
 *
 * @see wire contract, section 4
 */
export const stepStream = (state: StreamState, event: GenerationEvent): StreamStep => {
  if (state.phase === "ended") return [state, []]
  switch (event.type) {
    case "accepted":
      return onAccepted(state, event)
    case "started":
      return onStarted(state, event)
    case "prefill":
      return [state, []]
    case "heartbeat":
      return onHeartbeat(state)
    case "reasoning-delta":
      return onReasoningDelta(state, event)
    case "reasoning-end":
      return onReasoningEnd(state, event)
    case "text-delta":
      return onTextDelta(state, event)
    case "tool-call":
      return onToolCall(state, event)
    case "tool-call-start":
      return onToolCallStart(state, event)
    case "tool-call-delta":
      return onToolCallDelta(state, event)
    case "tool-call-end":
      return onToolCallEnd(state)
    case "usage":
      return onUsage(state, event)
    case "finished":
      return onFinished(state, event)
    case "failed":
      return onFailed(state, event)
  }
}

/** The events ran out. Without a `finished` or `failed` that is a failure, never a silent end of turn. */
export const stepEnd = (state: StreamState): StreamStep =>
  state.phase === "ended"
    ? [state, []]
    : fail(state, new BackendFailed({ message: "The backend stopped before the answer was complete." }))

const frames = ([state, events]: StreamStep): readonly [StreamState, ReadonlyArray<string>] => [
  state,
  events.map((event) => encodeSseJson(event, event.type))
]

/** One event of an answer as server-sent events, each a string to be written and flushed. */
export const encodeStream = (
  state: StreamState,
  event: GenerationEvent
): readonly [StreamState, ReadonlyArray<string>] => frames(stepStream(state, event))

/** What to write when the events have run out: nothing after a proper end, else an `error` event. */
export const endStream = (state: StreamState): readonly [StreamState, ReadonlyArray<string>] => frames(stepEnd(state))
