import { assert } from "@effect/vitest"
import { emptyUsage, type GenerationEvent, isJsonObject, type Usage } from "@pensieve/models"

/** Events with neighbouring deltas of one kind joined. */
export const merged = (events: ReadonlyArray<GenerationEvent>): ReadonlyArray<GenerationEvent> => {
  const all: Array<GenerationEvent> = []
  for (const event of events) {
    const last = all.at(-1)
    if (event.type === "text-delta" && last?.type === "text-delta") {
      all.splice(-1, 1, { ...last, text: last.text + event.text })
    } else if (event.type === "reasoning-delta" && last?.type === "reasoning-delta") {
      all.splice(-1, 1, { ...last, text: last.text + event.text })
    } else {
      all.push(event)
    }
  }
  return all
}

/** Events whose calls stand whole at their ends, also those that were told piece by piece. */
export const withWholeCalls = (events: ReadonlyArray<GenerationEvent>): ReadonlyArray<GenerationEvent> => {
  let open = { id: "", name: "", json: "" }
  return events.flatMap((event): ReadonlyArray<GenerationEvent> => {
    if (event.type === "tool-call-start") {
      open = { id: event.id, name: event.name, json: "" }
      return []
    }
    if (event.type === "tool-call-delta") {
      open.json += event.json
      return []
    }
    if (event.type !== "tool-call-end") return [event]
    const input: unknown = JSON.parse(open.json || "{}")
    return [{ type: "tool-call", id: open.id, name: open.name, input: isJsonObject(input) ? input : {} }]
  })
}

const withEvent = (usage: Usage, event: GenerationEvent): Usage => {
  if (event.type === "accepted") return { ...usage, inputTokens: event.promptTokens }
  if (event.type === "usage") return event.usage
  if (event.type !== "started") return usage
  const cacheReadTokens = Math.min(event.cachedTokens, usage.inputTokens)
  return { ...usage, inputTokens: usage.inputTokens - cacheReadTokens, cacheReadTokens }
}

/** The tokens that an encoder knows after these events. */
export const usageOf = (events: ReadonlyArray<GenerationEvent>): Usage => events.reduce(withEvent, emptyUsage)

/** An event without the id of its call, which an encoder may change. */
export const withoutIds = (event: GenerationEvent): GenerationEvent =>
  event.type === "tool-call" ? { ...event, id: "" } : event

export const finished = (reason: string) => ({ type: "finished", reason })

export const text = (words: string) => ({ type: "text-delta", text: words })

export const call = (id: string, name: string, input: object) => ({ type: "tool-call", id, name, input })

/** The message of the failure that ends these events; empty if none does. */
export const failure = (events: ReadonlyArray<GenerationEvent>): string => {
  const last = events.at(-1)
  return last?.type === "failed" ? last.error.message : ""
}

/** Asserts that the events are exactly these. */
export const check = (events: ReadonlyArray<GenerationEvent>, ...expected: ReadonlyArray<object>): void =>
  assert.deepStrictEqual<ReadonlyArray<object>>(events, expected)

/** Asserts that events have exactly one end, and it last. */
export const checkOneEnd = (events: ReadonlyArray<GenerationEvent>): void => {
  const ends = events.flatMap((event, at) => (event.type === "finished" || event.type === "failed" ? [at] : []))
  assert.deepStrictEqual(ends, [events.length - 1])
}

/** Asserts that no two calls have one id, those of the conversation included. */
export const checkOwnIds = (events: ReadonlyArray<GenerationEvent>, taken: ReadonlyArray<string>): void => {
  const ids = [...taken, ...events.flatMap((event) => (event.type === "tool-call" ? [event.id] : []))]
  assert.strictEqual(new Set(ids).size, ids.length)
}
