import type { GenerationEvent, ResponsesOutputItem, ResponsesStreamEvent } from "@pensieve/models"
import { initialStream, stepEnd, stepStream, type StreamOptions } from "@pensieve/translator/openai-responses"
import { optionsOf, someTools } from "./some-options.ts"

/** Settings of an answer that shows its thinking. */
export const shown = optionsOf({ model: "local", reasoning: { summary: "auto" }, tools: someTools })

/** All events a client receives for these, the end included. */
export const wireEvents = (
  events: ReadonlyArray<GenerationEvent>,
  settings: StreamOptions = shown
): ReadonlyArray<ResponsesStreamEvent> => {
  let state = initialStream(settings)
  const all: Array<ResponsesStreamEvent> = []
  for (const event of events) {
    const [next, more] = stepStream(state, event)
    state = next
    all.push(...more)
  }
  return [...all, ...stepEnd(state)[1]]
}

export const started: ReadonlyArray<GenerationEvent> = [
  { type: "accepted", promptTokens: 100 },
  { type: "started", cachedTokens: 90 }
]
export const finished: GenerationEvent = { type: "finished", reason: "end-turn" }
export const call: GenerationEvent = { type: "tool-call", id: "call_1", name: "Plain", input: { command: "ls" } }

/** The types of events, without their prefix. */
export const types = (events: ReadonlyArray<ResponsesStreamEvent>) =>
  events.map((event) => event.type.replace("response.", "")).join(" ")
/** The items that were told whole. */
export const items = (events: ReadonlyArray<ResponsesStreamEvent>): ReadonlyArray<ResponsesOutputItem> =>
  events.flatMap((event) => (event.type === "response.output_item.done" ? [event.item] : []))
/** The response of the last event. */
export const end = (events: ReadonlyArray<ResponsesStreamEvent>) => {
  const last = events.at(-1)
  return last !== undefined && "response" in last ? last.response : undefined
}
/** What the deltas of a kind say together. */
export const deltas = (events: ReadonlyArray<ResponsesStreamEvent>, kind: string) =>
  events.map((event) => ("delta" in event && event.type.includes(kind) ? event.delta : "")).join("")
