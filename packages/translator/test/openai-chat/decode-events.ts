import { encodeSseJson } from "@pensieve/framing"
import type { GenerationEvent, Json } from "@pensieve/models"
import { type DecodeOptions, decodeStream, endDecode, initialDecode } from "@pensieve/translator/openai-chat"

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

/** A chunk with this delta. */
export const delta = (value: Json, finish_reason: string | null = null): Json => ({
  id: "c",
  object: "chat.completion.chunk",
  choices: [{ index: 0, delta: value, finish_reason }]
})

/** A chunk with one fragment of a call. */
export const fragment = (value: Json): Json => delta({ tool_calls: [value] })

/** The text of a stream of these chunks; strings go as they are. */
export const streamOf = (...chunks: ReadonlyArray<Json>): string =>
  chunks.map((chunk) => (typeof chunk === "string" ? chunk : encodeSseJson(chunk))).join("")

export const done = "data: [DONE]\n\n"

/** What the decoder makes of a stream of these chunks. */
export const decodeChunks = (...chunks: ReadonlyArray<Json>) => decodePieces([streamOf(...chunks)])

/** The chunk that ends an answer. */
export const stop = delta({}, "stop")
