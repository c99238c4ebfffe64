import { BackendFailed, type PensieveError } from "@pensieve/errors"
import { encodeSseJson } from "@pensieve/framing"
import {
  type Accepted,
  type AnthropicContentBlock,
  type AnthropicStreamEvent,
  type Failed,
  type Finished,
  type GenerationEvent,
  type ReasoningDelta,
  type ReasoningEnd,
  type Started,
  type TextDelta,
  type ToolCall,
  type ToolCallDelta,
  type ToolCallStart,
  type Usage,
  type UsageReport,
  emptyUsage
} from "@pensieve/models"
import { errorObject } from "./encode-error.ts"
import { parseToolInput } from "./parse-tool-input.ts"
import { stopReason } from "./stop-reason.ts"
import { deltaUsage, messageUsage } from "./usage.ts"

/** What the encoder must know besides the events. */
export interface StreamOptions {
  /** Message id (`msg_…`), unique. */
  readonly id: string
  /** The model as the client named it. */
  readonly model: string
  /** `omitted`: thinking blocks come without their text, with their signature. `full` by default. */
  readonly display?: "full" | "omitted"
  /** With `omitted`: tell the progress of thinking as estimated tokens. Off by default. */
  readonly estimatedTokens?: boolean
  /** Ids of tool calls the conversation already has; a call that repeats one gets an id of its own. */
  readonly toolIds?: ReadonlyArray<string>
}

/** The block that has begun and not ended. */
type OpenBlock =
  | { readonly kind: "text" }
  | { readonly kind: "thinking"; readonly length: number }
  /** `json` is the input written so far. */
  | { readonly kind: "tool"; readonly json: string }

/** Where a stream stands. Opaque to callers, but for `failure`. */
export interface StreamState {
  readonly options: StreamOptions
  readonly phase: "waiting" | "open" | "ended"
  /** Index of the open block, or of the next one. */
  readonly index: number
  readonly block: OpenBlock | undefined
  readonly usage: Usage
  /** Whether a call was sent whole. */
  readonly called: boolean
  readonly toolIds: ReadonlySet<string>
  /** Why the stream ended with an `error` event, if it did. */
  readonly failure: PensieveError | undefined
}

/** The next state, and what to send. */
export type StreamStep = readonly [StreamState, ReadonlyArray<AnthropicStreamEvent>]

/** The state before the first event. */
export const initialStream = (options: StreamOptions): StreamState => ({
  options,
  phase: "waiting",
  index: 0,
  block: undefined,
  usage: emptyUsage,
  called: false,
  toolIds: new Set(options.toolIds ?? []),
  failure: undefined
})

const then = (step: StreamStep, next: (state: StreamState) => StreamStep): StreamStep => {
  const [state, events] = step
  if (state.phase === "ended") return step
  const [nextState, nextEvents] = next(state)
  return [nextState, events.length === 0 ? nextEvents : [...events, ...nextEvents]]
}

/** Sends `message_start` if it has not been sent. */
const begin = (state: StreamState): StreamStep => {
  if (state.phase !== "waiting") return [state, []]
  const { id, model } = state.options
  return [
    { ...state, phase: "open" },
    [
      {
        type: "message_start",
        message: {
          id,
          type: "message",
          role: "assistant",
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          stop_details: null,
          container: null,
          diagnostics: null,
          usage: messageUsage(state.usage)
        }
      }
    ]
  ]
}

/** Ends the stream with an `error` event; nothing follows it. */
const fail = (state: StreamState, error: PensieveError): StreamStep =>
  then(begin(state), (begun) => [
    { ...begun, phase: "ended", failure: error },
    [{ type: "error", error: errorObject(error) }]
  ])

const openBlock = (state: StreamState, block: OpenBlock, content: AnthropicContentBlock): StreamStep => [
  { ...state, block },
  [{ type: "content_block_start", index: state.index, content_block: content }]
]

const closed = (state: StreamState): StreamState => ({ ...state, block: undefined, index: state.index + 1 })

const closeThinking = (state: StreamState, signature: string | undefined): StreamStep => [
  closed(state),
  [
    {
      type: "content_block_delta",
      index: state.index,
      delta: { type: "signature_delta", signature: signature || `${state.options.id}.${state.index}` }
    },
    { type: "content_block_stop", index: state.index }
  ]
]

/** A call that was cut off must not be run: the stream fails instead of ending the call's block. */
const failTool = (state: StreamState): StreamStep =>
  fail(state, new BackendFailed({ message: "The model's tool call broke off before its input was complete." }))

const closeTool = (state: StreamState, json: string): StreamStep =>
  parseToolInput(json) === undefined
    ? failTool(state)
    : [{ ...closed(state), called: true }, [{ type: "content_block_stop", index: state.index }]]

/** Ends whatever is open because something else comes. A call ends by its own event only. */
const closeBlock = (state: StreamState): StreamStep => {
  const block = state.block
  if (block === undefined) return [state, []]
  if (block.kind === "thinking") return closeThinking(state, undefined)
  if (block.kind === "tool") return failTool(state)
  return [closed(state), [{ type: "content_block_stop", index: state.index }]]
}

/** `id`, or `id` with the first number behind it that no call of the conversation has. */
const freshId = (id: string, taken: ReadonlySet<string>): string => {
  if (!taken.has(id)) return id
  let count = 2
  while (taken.has(`${id}_${count}`)) count++
  return `${id}_${count}`
}

const openTool = (state: StreamState, id: string, name: string): StreamStep => {
  const fresh = freshId(id, state.toolIds)
  return openBlock({ ...state, toolIds: new Set(state.toolIds).add(fresh) }, { kind: "tool", json: "" }, {
    type: "tool_use",
    id: fresh,
    name,
    input: {},
    caller: { type: "direct" }
  })
}

const writeTool = (state: StreamState, json: string): StreamStep =>
  state.block?.kind === "tool" && json !== ""
    ? [
        { ...state, block: { kind: "tool", json: state.block.json + json } },
        [{ type: "content_block_delta", index: state.index, delta: { type: "input_json_delta", partial_json: json } }]
      ]
    : [state, []]

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
  return then(then(begin(state), closeBlock), (between) =>
    then(openBlock(between, { kind: "text" }, { type: "text", text: "", citations: null }), (open) =>
      onTextDelta(open, event)
    )
  )
}

const openThinking = (state: StreamState): StreamStep =>
  state.block?.kind === "thinking"
    ? [state, []]
    : then(then(begin(state), closeBlock), (between) =>
        openBlock(between, { kind: "thinking", length: 0 }, { type: "thinking", thinking: "", signature: "" })
      )

const estimate = (characters: number): number => Math.floor(characters / 4)

const writeThinking = (state: StreamState, text: string): StreamStep => {
  if (state.block?.kind !== "thinking") return [state, []]
  if (state.options.display !== "omitted") {
    return [
      state,
      [{ type: "content_block_delta", index: state.index, delta: { type: "thinking_delta", thinking: text } }]
    ]
  }
  const length = state.block.length + text.length
  const tokens = estimate(length) - estimate(state.block.length)
  const next: StreamState = { ...state, block: { kind: "thinking", length } }
  return state.options.estimatedTokens === true && tokens > 0
    ? [
        next,
        [
          {
            type: "content_block_delta",
            index: state.index,
            delta: { type: "thinking_delta", thinking: "", estimated_tokens: tokens }
          }
        ]
      ]
    : [next, []]
}

const onReasoningDelta = (state: StreamState, event: ReasoningDelta): StreamStep =>
  event.text === "" ? [state, []] : then(openThinking(state), (open) => writeThinking(open, event.text))

/** A signature without text still makes a block: hidden thinking of another backend. */
const onReasoningEnd = (state: StreamState, event: ReasoningEnd): StreamStep =>
  state.block?.kind === "thinking" || event.signature
    ? then(openThinking(state), (open) => closeThinking(open, event.signature))
    : [state, []]

const onToolCallStart = (state: StreamState, event: ToolCallStart): StreamStep =>
  then(then(begin(state), closeBlock), (between) => openTool(between, event.id, event.name))

const onToolCallDelta = (state: StreamState, event: ToolCallDelta): StreamStep => writeTool(state, event.json)

const onToolCallEnd = (state: StreamState): StreamStep =>
  state.block?.kind === "tool" ? closeTool(state, state.block.json) : [state, []]

const onToolCall = (state: StreamState, event: ToolCall): StreamStep =>
  then(
    then(onToolCallStart(state, { type: "tool-call-start", id: event.id, name: event.name }), (open) =>
      writeTool(open, JSON.stringify(event.input))
    ),
    onToolCallEnd
  )

const onUsage = (state: StreamState, event: UsageReport): StreamStep => [{ ...state, usage: event.usage }, []]

const onFinished = (state: StreamState, event: Finished): StreamStep =>
  then(then(begin(state), closeBlock), (between) => [
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
