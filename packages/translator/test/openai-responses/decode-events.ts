import { encodeSseJson } from "@pensieve/framing"
import { type GenerationEvent, isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { type DecodeOptions, decodeStream, endDecode, initialDecode } from "@pensieve/translator/openai-responses"

export const plainOptions: DecodeOptions = { idPrefix: "call_" }

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

export const created: JsonObject = { type: "response.created", response: { id: "resp_1", status: "in_progress" } }

export const delta = (output_index: number, words: string, kind = "output_text"): JsonObject => ({
  type: `response.${kind}.delta`,
  output_index,
  delta: words
})

export const done = (output_index: number, item: JsonObject): JsonObject => ({
  type: "response.output_item.done",
  output_index,
  item
})

export const message = (...texts: ReadonlyArray<string>): JsonObject => ({
  type: "message",
  role: "assistant",
  content: texts.map((text) => ({ type: "output_text", text }))
})

export const callItem = (call_id: string, name: string, json: string, status = "completed"): JsonObject => ({
  type: "function_call",
  call_id,
  name,
  arguments: json,
  status
})

/** The last event. */
export const end = (kind: string, ...output: ReadonlyArray<JsonObject>): JsonObject => ({
  type: `response.${kind}`,
  response: {
    status: kind,
    incomplete_details: kind === "incomplete" ? { reason: "max_output_tokens" } : null,
    output,
    usage: {
      input_tokens: 50,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 4 }
    }
  }
})

/** What `end` says. */
export const usage: object = {
  type: "usage",
  usage: { inputTokens: 10, cacheReadTokens: 40, cacheCreationTokens: 0, outputTokens: 9, reasoningTokens: 4 }
}
