import type { PensieveError } from "@pensieve/errors"
import { emptyUsage, type GenerationEvent, type JsonObject, type Usage } from "@pensieve/models"
import { Result } from "effect"
import { decodeErrorChunk } from "../decode-error.ts"
import { addCall, type CallLedger, endCalls, followCalls, initialLedger, type LedgerStep } from "../call-ledger.ts"
import { type CallOptions, cutsOff, reasonOf, type WrittenCall } from "../finish-calls.ts"
import { parseToolInput } from "../parse-tool-input.ts"
import { answerBroke, type Step, whileReading } from "../stream-step.ts"
import { objectIn, textIn } from "../read-json.ts"
import { callNames, readStop, readUsage, type Stop } from "./read-event.ts"

/** A block that has begun and not ended. Texts and what is not known need no memory. */
type OpenBlock =
  | { readonly kind: "thinking"; readonly signature: string }
  | { readonly kind: "call" | "server-call"; readonly call: WrittenCall }

/** What an upstream has said so far. */
export interface AnswerState {
  readonly ended: boolean
  /** By the index of the wire: no upstream may open two blocks at once, some do. */
  readonly blocks: ReadonlyMap<number, OpenBlock>
  readonly calls: CallLedger
  readonly usage: Usage
  readonly stop: Stop | undefined
}

/** The next state, and what it says. */
export type AnswerStep = Step<AnswerState, GenerationEvent>

export const initialAnswer = (options: CallOptions): AnswerState => ({
  ended: false,
  blocks: new Map(),
  calls: initialLedger(options),
  usage: emptyUsage,
  stop: undefined
})

/** Ends the answer with a failure. */
export const failAnswer = (state: AnswerState, error: PensieveError): AnswerStep =>
  state.ended ? [state, []] : [{ ...state, ended: true }, [{ type: "failed", error }]]

const withBlock = (state: AnswerState, index: number, block: OpenBlock): AnswerState => ({
  ...state,
  blocks: new Map(state.blocks).set(index, block)
})

const withCalls = (state: AnswerState, step: LedgerStep): AnswerStep =>
  Result.isFailure(step) ? failAnswer(state, step.failure) : [{ ...state, calls: step.success[0] }, step.success[1]]

const onMessageStart = (state: AnswerState, event: JsonObject): AnswerStep => {
  const usage = readUsage(objectIn(event.message).usage, state.usage)
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheCreationTokens
  return [
    { ...state, usage },
    [
      { type: "accepted", promptTokens },
      { type: "started", cachedTokens: usage.cacheReadTokens },
      { type: "usage", usage }
    ]
  ]
}

/** Some servers put a whole input into the beginning of its block. */
const inputIn = (block: JsonObject): string => {
  const json = JSON.stringify(objectIn(block.input))
  return json === "{}" ? "" : json
}

const openBlock = (state: AnswerState, index: number, block: JsonObject): AnswerStep => {
  const kind = textIn(block.type)
  switch (kind) {
    case "text":
      return onText(state, textIn(block.text))
    case "thinking":
      return onThinking(
        withBlock(state, index, { kind: "thinking", signature: textIn(block.signature) }),
        textIn(block.thinking)
      )
    case "redacted_thinking":
      return [state, [{ type: "redacted-reasoning", data: textIn(block.data) }]]
    case "tool_use":
    case "server_tool_use":
    case "mcp_tool_use": {
      const call = { ...callNames(block), json: inputIn(block) }
      return [withBlock(state, index, { kind: kind === "tool_use" ? "call" : "server-call", call }), []]
    }
    default:
      return isResult(kind)
        ? [
            state,
            [
              {
                type: "server-tool-result",
                callId: textIn(block.tool_use_id),
                wireType: kind,
                content: block.content ?? null
              }
            ]
          ]
        : [state, []]
  }
}

const isResult = (kind: string): kind is `${string}_tool_result` => kind.endsWith("_tool_result")

const onText = (state: AnswerState, text: string): AnswerStep => [
  state,
  text === "" ? [] : [{ type: "text-delta", text }]
]

const onThinking = (state: AnswerState, text: string): AnswerStep => [
  state,
  text === "" ? [] : [{ type: "reasoning-delta", text }]
]

const indexOf = (event: JsonObject): number => (typeof event.index === "number" ? event.index : 0)

const onBlockStart = (state: AnswerState, event: JsonObject): AnswerStep =>
  whileReading(withCalls(state, followCalls(state.calls)), (ready) =>
    openBlock(ready, indexOf(event), objectIn(event.content_block))
  )

const onBlockDelta = (state: AnswerState, event: JsonObject): AnswerStep => {
  const delta = objectIn(event.delta)
  const block = state.blocks.get(indexOf(event))
  switch (delta.type) {
    case "text_delta":
      return onText(state, textIn(delta.text))
    case "thinking_delta":
      return onThinking(state, textIn(delta.thinking))
    case "signature_delta":
      return block?.kind === "thinking"
        ? [withBlock(state, indexOf(event), { ...block, signature: textIn(delta.signature) }), []]
        : [state, []]
    case "input_json_delta": {
      if (block === undefined || block.kind === "thinking") return [state, []]
      const call = { ...block.call, json: block.call.json + textIn(delta.partial_json) }
      return [withBlock(state, indexOf(event), { ...block, call }), []]
    }
    default:
      return [state, []]
  }
}

const serverCall = ({ id = "", name = "", json }: WrittenCall): GenerationEvent => ({
  type: "server-tool-call",
  id,
  name,
  input: parseToolInput(json) ?? {}
})

const onBlockStop = (state: AnswerState, event: JsonObject): AnswerStep => {
  const block = state.blocks.get(indexOf(event))
  if (block === undefined) return [state, []]
  const blocks = new Map(state.blocks)
  blocks.delete(indexOf(event))
  const closed = { ...state, blocks }
  switch (block.kind) {
    case "thinking":
      return [closed, [{ type: "reasoning-end", ...(block.signature === "" ? {} : { signature: block.signature }) }]]
    case "server-call":
      return [closed, [serverCall(block.call)]]
    case "call":
      return withCalls(closed, addCall(closed.calls, block.call))
  }
}

const onMessageDelta = (state: AnswerState, event: JsonObject): AnswerStep => [
  { ...state, usage: readUsage(event.usage, state.usage), stop: readStop(objectIn(event.delta)) ?? state.stop },
  []
]

/** There is no more: the calls held back, the tokens and the end. An answer without a reason to end broke off. */
export const endAnswer = (state: AnswerState): AnswerStep => {
  if (state.ended) return [state, []]
  const { stop } = state
  if (stop === undefined) return failAnswer(state, answerBroke())
  const open = [...state.blocks.values()].flatMap((block) => (block.kind === "call" ? [block.call] : []))
  const calls = { ...state.calls, held: [...state.calls.held, ...open] }
  return whileReading(withCalls(state, endCalls(calls, cutsOff(stop.reason))), (told) => {
    const cut = told.calls.told < calls.told + calls.held.length
    const reason = reasonOf(stop.reason, told.calls.told, cut)
    const stopSequence = reason === "stop-sequence" ? stop.stopSequence : undefined
    return [
      { ...told, ended: true },
      [
        { type: "usage", usage: told.usage },
        { type: "finished", reason, ...(stopSequence === undefined ? {} : { stopSequence }) }
      ]
    ]
  })
}

/**
 * One event of the wire. What is not known says nothing.
 *
 * @see wire contract, section 4
 */
export const stepEvent = (state: AnswerState, event: JsonObject): AnswerStep => {
  if (state.ended) return [state, []]
  switch (event.type) {
    case "ping":
      return [state, [{ type: "heartbeat" }]]
    case "message_start":
      return onMessageStart(state, event)
    case "content_block_start":
      return onBlockStart(state, event)
    case "content_block_delta":
      return onBlockDelta(state, event)
    case "content_block_stop":
      return onBlockStop(state, event)
    case "message_delta":
      return onMessageDelta(state, event)
    case "message_stop":
      return endAnswer(state)
    case "error":
      return failAnswer(state, decodeErrorChunk(event))
    default:
      return [state, []]
  }
}
