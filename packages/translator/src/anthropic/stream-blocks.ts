import type { AnthropicContentBlock, AnthropicDelta, AnthropicStreamEvent } from "@pensieve/models"
import { parseToolInput } from "../parse-tool-input.ts"
import { freshId } from "../fresh-id.ts"
import { sealReasoning } from "../seal-reasoning.ts"
import { callBroke, chain } from "../stream-step.ts"
import { begin, fail, type OpenBlock, type StreamState, type StreamStep } from "./stream-state.ts"

const delta = (state: StreamState, value: AnthropicDelta): AnthropicStreamEvent => ({
  type: "content_block_delta",
  index: state.index,
  delta: value
})

/** Begins a block; none may be open. */
export const openBlock = (state: StreamState, block: OpenBlock, content: AnthropicContentBlock): StreamStep => [
  { ...state, block },
  [{ type: "content_block_start", index: state.index, content_block: content }]
]

const closed = (state: StreamState): StreamState => ({ ...state, block: undefined, index: state.index + 1 })

/** Ends a thinking block: with its signature, or where the backend gave none with one of our own, which holds what was not shown. */
export const closeThinking = (state: StreamState, signature: string | undefined): StreamStep => {
  const hidden = state.block?.kind === "thinking" && state.block.hidden !== "" ? { text: state.block.hidden } : {}
  return [
    closed(state),
    [
      delta(state, { type: "signature_delta", signature: signature || sealReasoning(hidden) }),
      { type: "content_block_stop", index: state.index }
    ]
  ]
}

/** A call that was cut off must not be run: the stream fails instead of ending the call's block. */
const failTool = (state: StreamState): StreamStep => fail(state, callBroke())

/** Ends a call whose input is whole. */
export const closeTool = (state: StreamState, json: string): StreamStep =>
  parseToolInput(json) === undefined
    ? failTool(state)
    : [{ ...closed(state), called: true }, [{ type: "content_block_stop", index: state.index }]]

/** Ends whatever is open because something else comes. A call ends by its own event only. */
export const closeBlock = (state: StreamState): StreamStep => {
  const block = state.block
  if (block === undefined) return [state, []]
  if (block.kind === "thinking") return closeThinking(state, undefined)
  if (block.kind === "tool") return failTool(state)
  return [closed(state), [{ type: "content_block_stop", index: state.index }]]
}

/** Begins a call, under an id no other call of the conversation has. */
export const openTool = (state: StreamState, id: string, name: string): StreamStep => {
  const fresh = freshId(id, state.toolIds)
  return openBlock(
    { ...state, toolIds: new Set(state.toolIds).add(fresh) },
    { kind: "tool", json: "" },
    {
      type: "tool_use",
      id: fresh,
      name,
      input: {},
      caller: { type: "direct" }
    }
  )
}

/** A fragment of the open call's input; without an open call it is nobody's. */
export const writeTool = (state: StreamState, json: string): StreamStep =>
  state.block?.kind === "tool" && json !== ""
    ? [
        { ...state, block: { kind: "tool", json: state.block.json + json } },
        [delta(state, { type: "input_json_delta", partial_json: json })]
      ]
    : [state, []]

/** Begins a thinking block unless one is open. */
export const openThinking = (state: StreamState): StreamStep =>
  state.block?.kind === "thinking"
    ? [state, []]
    : chain(chain(begin(state), closeBlock), (between) =>
        openBlock(between, { kind: "thinking", hidden: "" }, { type: "thinking", thinking: "", signature: "" })
      )

/** Tokens of thinking, for a progress display only. */
const estimate = (characters: number): number => Math.floor(characters / 4)

/** A fragment of thinking: its text, or where that is omitted at most the number of its tokens. */
export const writeThinking = (state: StreamState, text: string): StreamStep => {
  if (state.block?.kind !== "thinking") return [state, []]
  if (state.options.display !== "omitted") {
    return [state, [delta(state, { type: "thinking_delta", thinking: text })]]
  }
  const hidden = state.block.hidden + text
  const tokens = estimate(hidden.length) - estimate(state.block.hidden.length)
  const next: StreamState = { ...state, block: { kind: "thinking", hidden } }
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

/** A block that is told whole, after whatever is open. `json` is the input of a call. */
export const tellBlock = (state: StreamState, content: AnthropicContentBlock, json?: string): StreamStep =>
  chain(chain(begin(state), closeBlock), (between) => [
    closed(between),
    [
      { type: "content_block_start", index: between.index, content_block: content },
      ...(json === undefined ? [] : [delta(between, { type: "input_json_delta", partial_json: json })]),
      { type: "content_block_stop", index: between.index }
    ]
  ])

/**
 * Something that counts as an event and changes nothing: empty input of a call that is being written, else empty thinking.
 *
 * @see wire contract, section 6: pings carry Claude Code about 600 s, empty thinking any time
 */
export const tick = (state: StreamState): StreamStep =>
  state.block?.kind === "tool"
    ? [state, [delta(state, { type: "input_json_delta", partial_json: "" })]]
    : chain(openThinking(state), (open) => [
        open,
        [delta(open, { type: "thinking_delta", thinking: "", estimated_tokens: null })]
      ])
