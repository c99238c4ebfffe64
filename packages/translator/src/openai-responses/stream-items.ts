import type {
  ResponsesItemStatus,
  ResponsesOutputItem,
  ResponsesOutputText,
  ResponsesReasoningItem,
  TokenLogprob
} from "@pensieve/models"
import { callEnd, callItem } from "./call-item.ts"
import { wireLogprobs } from "../logprobs.ts"
import { type SealedReasoning, sealReasoning } from "../seal-reasoning.ts"
import { freshId } from "../fresh-id.ts"
import { callBroke, chain } from "../stream-step.ts"
import { begin, fail, type OpenItem, type StreamState, type StreamStep } from "./stream-state.ts"

type Opened<Kind extends OpenItem["kind"]> = Extract<OpenItem, { readonly kind: Kind }>

/** Where the events of the open item point. */
const placeOf = (state: StreamState, item: OpenItem) => ({ item_id: item.id, output_index: state.output.length })

/** `prefix`, the response's own id, and the item's index. */
const itemId = (state: StreamState, prefix: string): string =>
  `${prefix}_${state.options.id.replace(/^resp_/, "")}_${state.output.length}`

/** Begins an item; none may be open. */
const openItem = (state: StreamState, item: OpenItem, wire: ResponsesOutputItem): StreamStep => [
  { ...state, item },
  [{ type: "response.output_item.added", output_index: state.output.length, item: wire }]
]

const closed = (state: StreamState, wire: ResponsesOutputItem): StreamStep => [
  { ...state, item: undefined, output: [...state.output, wire] },
  [{ type: "response.output_item.done", output_index: state.output.length, item: wire }]
]

const outputText = (text: string, tokens: ReadonlyArray<TokenLogprob> = []): ResponsesOutputText => ({
  type: "output_text",
  text,
  annotations: [],
  logprobs: wireLogprobs(tokens)
})

/** Begins a message and its only part unless one is open. */
export const openMessage = (state: StreamState): StreamStep => {
  if (state.item?.kind === "message") return [state, []]
  return chain(chain(begin(state), closeItem), (between) => {
    const item: OpenItem = { kind: "message", id: itemId(between, "msg"), text: "", tokens: [] }
    const wire = { type: "message", id: item.id, status: "in_progress", role: "assistant", content: [] } as const
    return chain(openItem(between, item, wire), (open) => [
      open,
      [{ type: "response.content_part.added", ...placeOf(open, item), content_index: 0, part: outputText("") }]
    ])
  })
}

/** A fragment of the open message. */
export const writeMessage = (state: StreamState, delta: string): StreamStep => {
  const item = state.item
  if (item?.kind !== "message") return [state, []]
  const logprobs = wireLogprobs(state.tokens)
  const tokens = logprobs.length === 0 ? item.tokens : [...item.tokens, ...state.tokens]
  return [
    { ...state, tokens: [], item: { ...item, text: item.text + delta, tokens } },
    [{ type: "response.output_text.delta", ...placeOf(state, item), content_index: 0, delta, logprobs }]
  ]
}

const closeMessage = (state: StreamState, item: Opened<"message">, status: ResponsesItemStatus): StreamStep => {
  const part = outputText(item.text, [...item.tokens, ...state.tokens])
  const place = { ...placeOf(state, item), content_index: 0 }
  return chain(
    [
      state,
      [
        { type: "response.output_text.done", ...place, text: item.text, logprobs: part.logprobs },
        { type: "response.content_part.done", ...place, part }
      ]
    ],
    (open) => closed(open, { type: "message", id: item.id, status, role: "assistant", content: [part] })
  )
}

/** Begins a reasoning item unless one is open. Its summary begins with its text. */
export const openReasoning = (state: StreamState): StreamStep => {
  if (state.item?.kind === "reasoning") return [state, []]
  return chain(chain(begin(state), closeItem), (between) => {
    const id = itemId(between, "rs")
    return openItem(between, { kind: "reasoning", id, text: "" }, { type: "reasoning", id, summary: [] })
  })
}

const isShown = (state: StreamState): boolean => state.options.display !== "omitted"

/** A fragment of thinking. Where no summary is asked for it is kept, and not sent. */
export const writeReasoning = (state: StreamState, delta: string): StreamStep => {
  const item = state.item
  if (item?.kind !== "reasoning") return [state, []]
  const next: StreamState = { ...state, item: { ...item, text: item.text + delta } }
  if (!isShown(state)) return [next, []]
  const place = { ...placeOf(state, item), summary_index: 0 }
  const written = { type: "response.reasoning_summary_text.delta", ...place, delta } as const
  return item.text === ""
    ? [
        next,
        [{ type: "response.reasoning_summary_part.added", ...place, part: { type: "summary_text", text: "" } }, written]
      ]
    : [next, [written]]
}

const reasoningItem = (
  state: StreamState,
  item: Opened<"reasoning">,
  signature: string | undefined
): ResponsesReasoningItem => {
  const { id, text } = item
  const summary = isShown(state) && text !== "" ? [{ type: "summary_text", text } as const] : []
  if (state.options.sealsReasoning !== true) return { type: "reasoning", id, summary }
  const hidden = summary.length === 0 ? { text } : {}
  return {
    type: "reasoning",
    id,
    summary,
    encrypted_content: sealReasoning(signature === undefined ? hidden : { ...hidden, signature })
  }
}

/** Ends the open reasoning item. */
export const closeReasoning = (state: StreamState, signature: string | undefined): StreamStep => {
  const item = state.item
  if (item?.kind !== "reasoning") return [state, []]
  const wire = reasoningItem(state, item, signature)
  const [part] = wire.summary
  const place = { ...placeOf(state, item), summary_index: 0 }
  return chain(
    [
      state,
      part === undefined
        ? []
        : [
            { type: "response.reasoning_summary_text.done", ...place, text: part.text },
            { type: "response.reasoning_summary_part.done", ...place, part }
          ]
    ],
    (open) => closed(open, wire)
  )
}

/** A thought the client cannot see at all, as an item of its own. */
export const tellReasoning = (state: StreamState, sealed: SealedReasoning): StreamStep =>
  chain(chain(begin(state), closeItem), (between) => {
    const id = itemId(between, "rs")
    const wire = { type: "reasoning", id, summary: [] } as const
    return chain(openItem(between, { kind: "reasoning", id, text: "" }, wire), (open) =>
      closed(open, { ...wire, encrypted_content: sealReasoning(sealed) })
    )
  })

/** Begins a call, under an id no other call of the conversation has, and under the tool's name on the wire. */
export const openCall = (state: StreamState, id: string, name: string): StreamStep =>
  chain(chain(begin(state), closeItem), (between) => {
    const callId = freshId(id, between.toolIds)
    const tool = between.options.tools?.get(name) ?? { name, custom: false }
    const item: OpenItem = { kind: "call", id: itemId(between, tool.custom ? "ctc" : "fc"), callId, tool, json: "" }
    return openItem(
      { ...between, toolIds: new Set(between.toolIds).add(callId) },
      item,
      callItem(item, "in_progress", "")
    )
  })

/** A fragment of the open call's input; without an open call it is nobody's. Free text is only known at its end. */
export const writeCall = (state: StreamState, delta: string): StreamStep => {
  const item = state.item
  if (item?.kind !== "call" || delta === "") return [state, []]
  return [
    { ...state, item: { ...item, json: item.json + delta } },
    item.tool.custom ? [] : [{ type: "response.function_call_arguments.delta", ...placeOf(state, item), delta }]
  ]
}

/** A call that was cut off must not be run: the stream fails instead of ending the call's item. */
const failCall = (state: StreamState): StreamStep => fail(state, callBroke())

/** Ends the open call, if its input is whole. */
export const closeCall = (state: StreamState): StreamStep => {
  const item = state.item
  if (item?.kind !== "call") return [state, []]
  const end = callEnd(item, placeOf(state, item))
  return end === undefined ? failCall(state) : chain([state, end.events], (open) => closed(open, end.item))
}

/** Ends whatever is open because something else comes, or the end. A call ends by its own event only. */
export const closeItem = (state: StreamState, status: ResponsesItemStatus = "completed"): StreamStep => {
  const item = state.item
  if (item === undefined) return [state, []]
  if (item.kind === "call") return failCall(state)
  return item.kind === "message" ? closeMessage(state, item, status) : closeReasoning(state, undefined)
}
