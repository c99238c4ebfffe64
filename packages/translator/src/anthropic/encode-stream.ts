import { encodeSseJson } from "@pensieve/framing"
import type {
  Accepted,
  AnthropicMessage,
  AnthropicStreamEvent,
  Failed,
  Finished,
  GenerationEvent,
  Heartbeat,
  ReasoningDelta,
  ReasoningEnd,
  RedactedReasoning,
  ServerToolCall,
  ServerToolResult,
  Started,
  TextDelta,
  ToolCall,
  ToolCallDelta,
  ToolCallStart,
  UsageReport
} from "@pensieve/models"
import { withCached, withPrompt } from "../prompt-usage.ts"
import { answerBroke, chain, stay, stepWith } from "../stream-step.ts"
import { stopReason } from "./stop-reason.ts"
import {
  closeBlock,
  closeThinking,
  closeTool,
  openBlock,
  openThinking,
  openTool,
  tellBlock,
  tick,
  writeThinking,
  writeTool
} from "./stream-blocks.ts"
import { begin, fail, type StreamOptions, type StreamState, type StreamStep } from "./stream-state.ts"
import { deltaUsage } from "./usage.ts"

const onAccepted = (state: StreamState, event: Accepted): StreamStep => [
  state.phase === "waiting" ? { ...state, usage: withPrompt(state.usage, event) } : state,
  []
]

const onStarted = (state: StreamState, event: Started): StreamStep => {
  if (state.phase !== "waiting") return [state, []]
  return begin({ ...state, usage: withCached(state.usage, event) })
}

/** Silence after which pings are no longer enough: Claude Code gives up on pings alone after ten minutes. */
const pingsSufficeMs = 8 * 60_000

const onHeartbeat = (state: StreamState, event: Heartbeat): StreamStep =>
  (event.silentMs ?? 0) < pingsSufficeMs ? [state, [{ type: "ping" }]] : tick(state)

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

const onRedactedReasoning = (state: StreamState, event: RedactedReasoning): StreamStep =>
  tellBlock(state, { type: "redacted_thinking", data: event.data })

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

const onServerToolCall = (state: StreamState, { id, name, input }: ServerToolCall): StreamStep =>
  tellBlock(state, { type: "server_tool_use", id, name, input: {}, caller: { type: "direct" } }, JSON.stringify(input))

const onServerToolResult = (state: StreamState, { wireType, callId, content }: ServerToolResult): StreamStep =>
  tellBlock(state, { type: wireType, tool_use_id: callId, content })

const onUsage = (state: StreamState, event: UsageReport): StreamStep => [{ ...state, usage: event.usage }, []]

/** Tool calls are not checked here, which must be said: a verdict that was never made would be a lie. */
const safeguardResults = ({ safeguards = [] }: StreamOptions): Pick<AnthropicMessage, "safeguard_results"> =>
  safeguards.length === 0
    ? {}
    : { safeguard_results: safeguards.map((type) => ({ type, status: { type: "unsupported" } })) }

const onFinished = (state: StreamState, event: Finished): StreamStep =>
  chain(chain(begin(state), closeBlock), (between) => [
    { ...between, phase: "ended" },
    [
      {
        type: "message_delta",
        delta: {
          ...stopReason(event, between.called),
          stop_details: null,
          container: null,
          ...safeguardResults(between.options)
        },
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
export const stepStream = stepWith<StreamState, AnthropicStreamEvent>({
  accepted: onAccepted,
  started: onStarted,
  prefill: stay,
  heartbeat: onHeartbeat,
  "reasoning-delta": onReasoningDelta,
  "reasoning-end": onReasoningEnd,
  "redacted-reasoning": onRedactedReasoning,
  "text-delta": onTextDelta,
  "token-logprobs": stay,
  "tool-call": onToolCall,
  "tool-call-start": onToolCallStart,
  "tool-call-delta": onToolCallDelta,
  "tool-call-end": onToolCallEnd,
  "server-tool-call": onServerToolCall,
  "server-tool-result": onServerToolResult,
  usage: onUsage,
  finished: onFinished,
  failed: onFailed
})

/** The events ran out. Without a `finished` or `failed` that is a failure, never a silent end of turn. */
export const stepEnd = (state: StreamState): StreamStep =>
  state.phase === "ended" ? [state, []] : fail(state, answerBroke())

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
