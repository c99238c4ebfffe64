import { encodeSseJson } from "@pensieve/framing"
import { type GenerationEvent, isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { type DecodeOptions, decodeStream, endDecode, initialDecode } from "@pensieve/translator/anthropic"

export const plainOptions: DecodeOptions = { idPrefix: "toolu_" }

/** What the decoder makes of these pieces of a stream. */
export const decodePieces = (
  pieces: ReadonlyArray<Uint8Array | string>,
  options: DecodeOptions = plainOptions
): ReadonlyArray<GenerationEvent> => {
  let state = initialDecode(options)
  const all: Array<GenerationEvent> = []
  for (const piece of pieces) {
    const [next, events] = decodeStream(state, piece)
    state = next
    all.push(...events)
  }
  return [...all, ...endDecode(state)[1]]
}

/** The text of a stream of these events; strings go as they are. */
export const streamOf = (...events: ReadonlyArray<Json>): string =>
  events.map((event) => (isJsonObject(event) ? encodeSseJson(event, String(event.type)) : String(event))).join("")

/** What the decoder makes of a stream of these events. */
export const decodeWire = (...events: ReadonlyArray<Json>) => decodePieces([streamOf(...events)])

export const start: JsonObject = {
  type: "message_start",
  message: {
    usage: { input_tokens: 3, cache_read_input_tokens: 40, cache_creation_input_tokens: 7, output_tokens: 1 }
  }
}

/** What `start` says. */
export const started: ReadonlyArray<object> = [
  { type: "accepted", promptTokens: 50 },
  { type: "started", cachedTokens: 40 },
  {
    type: "usage",
    usage: { inputTokens: 3, cacheReadTokens: 40, cacheCreationTokens: 7, outputTokens: 1, reasoningTokens: 0 }
  }
]

/** A block with these deltas. */
export const block = (
  index: number,
  content: JsonObject,
  ...deltas: ReadonlyArray<JsonObject>
): ReadonlyArray<Json> => [
  { type: "content_block_start", index, content_block: content },
  ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
  { type: "content_block_stop", index }
]

export const textBlock = (index: number, text: string) =>
  block(index, { type: "text", text: "" }, { type: "text_delta", text })

/** A call whose input comes in these pieces. */
export const callBlock = (index: number, id: string, name: string, ...pieces: ReadonlyArray<string>) =>
  block(
    index,
    { type: "tool_use", id, name, input: {} },
    ...pieces.map((partial_json) => ({ type: "input_json_delta", partial_json }))
  )

/** The last two events. */
export const stop = (stop_reason: string, stop_sequence: string | null = null): ReadonlyArray<Json> => [
  { type: "message_delta", delta: { stop_reason, stop_sequence }, usage: { output_tokens: 9 } },
  { type: "message_stop" }
]

/** What `stop` says after `start`. */
export const usage: object = {
  type: "usage",
  usage: { inputTokens: 3, cacheReadTokens: 40, cacheCreationTokens: 7, outputTokens: 9, reasoningTokens: 0 }
}
