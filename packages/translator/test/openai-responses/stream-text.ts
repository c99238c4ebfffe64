import type { GenerationEvent } from "@pensieve/models"
import { encodeStream, endStream, initialStream, type StreamOptions } from "@pensieve/translator/openai-responses"

/** All text a client receives for these events. `end` also tells the encoder that they have run out. */
export const streamText = (options: StreamOptions, events: ReadonlyArray<GenerationEvent>, end = true): string => {
  let state = initialStream(options)
  let text = ""
  for (const event of events) {
    const [next, frames] = encodeStream(state, event)
    state = next
    text += frames.join("")
  }
  return end ? text + endStream(state)[1].join("") : text
}
