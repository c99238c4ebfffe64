import type { AnthropicStreamEvent, GenerationEvent } from "@pensieve/models"
import { initialStream, stepEnd, stepStream, type StreamOptions } from "@pensieve/translator/anthropic"

export const options: StreamOptions = { id: "msg_1", model: "claude-local" }

/** All events a client receives for these, the end included. */
export const wireEvents = (
  events: ReadonlyArray<GenerationEvent>,
  settings: StreamOptions = options
): ReadonlyArray<AnthropicStreamEvent> => {
  let state = initialStream(settings)
  const all: Array<AnthropicStreamEvent> = []
  for (const event of events) {
    const [next, more] = stepStream(state, event)
    state = next
    all.push(...more)
  }
  return [...all, ...stepEnd(state)[1]]
}

/** The types of events. */
export const types = (events: ReadonlyArray<AnthropicStreamEvent>) => events.map((event) => event.type).join(" ")

/** What the blocks' deltas say. */
export const deltas = (events: ReadonlyArray<AnthropicStreamEvent>) =>
  events.flatMap((event) => (event.type === "content_block_delta" ? [event.delta] : []))

/** The blocks as they begin. */
export const starts = (events: ReadonlyArray<AnthropicStreamEvent>) =>
  events.flatMap((event) => (event.type === "content_block_start" ? [event.content_block] : []))

/** The delta that ends the message. */
export const ending = (events: ReadonlyArray<AnthropicStreamEvent>) =>
  events.find((event) => event.type === "message_delta")?.delta
