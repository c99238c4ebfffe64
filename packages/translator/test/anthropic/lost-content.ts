import { type Conversation, isJsonObject, type Json, type JsonObject } from "@pensieve/models"

/** Fields of content blocks that hold no content. */
const administration = new Set(["type", "cache_control", "media_type", "caller"])

/** Every string and every tool input inside a value, each as JSON text, so that their number counts too. */
const leaves = (value: Json | undefined, field: string | undefined): ReadonlyArray<string> => {
  if (value === undefined || value === null || typeof value === "boolean" || typeof value === "number") return []
  if (field === "input") return [JSON.stringify(value)]
  if (typeof value === "string") return field !== undefined && administration.has(field) ? [] : [value]
  if (!isJsonObject(value)) return value.flatMap((item) => leaves(item, undefined))
  return Object.entries(value).flatMap(([key, child]) => (administration.has(key) ? [] : leaves(child, key)))
}

const contentOf = (message: Json): Json =>
  isJsonObject(message) && message.content !== undefined ? message.content : null

/** What of a request must reach the Conversation: all content, the tools' names, the stop sequences. */
const sentContent = (body: JsonObject): ReadonlyArray<string> => {
  const messages = Array.isArray(body.messages) ? body.messages : []
  const tools: ReadonlyArray<Json> = Array.isArray(body.tools) ? body.tools : []
  return [
    ...leaves(body.system, undefined),
    ...messages.flatMap((message: Json) => leaves(contentOf(message), undefined)),
    ...tools.flatMap((tool) => (isJsonObject(tool) && typeof tool.name === "string" ? [tool.name] : [])),
    ...leaves(body.stop_sequences, undefined)
  ]
}

/** What a Conversation and its notices hold. */
interface Found {
  /** Strings and tool inputs, each as often as it occurs. */
  readonly whole: Map<string, number>
  /** Where a text may stand inside a longer one: notices, and documents made of several texts. */
  readonly around: Array<string>
}

const collect = (found: Found, value: unknown, field: string | undefined, loose: boolean): void => {
  const add = (text: string): void => void found.whole.set(text, (found.whole.get(text) ?? 0) + 1)
  if (field === "input") return add(JSON.stringify(value))
  if (typeof value === "string") {
    add(value)
    if (loose) found.around.push(value)
  } else if (Array.isArray(value)) {
    for (const item of value) collect(found, item, undefined, loose)
  } else if (isJsonObject(value)) {
    const open = loose || value.type === "document"
    for (const [key, child] of Object.entries(value)) collect(found, child, key, open)
  }
}

/**
 * What a request says and neither the Conversation nor its notices do; empty if the content was conserved.
 *
 * Independent of the decoder: it takes every string and tool input of the body out of those of the result, one for one.
 */
export const lostContent = (body: JsonObject, conversation: Conversation): ReadonlyArray<string> => {
  const found: Found = { whole: new Map(), around: [] }
  const { system, turns, tools, stopSequences, notices } = conversation
  collect(found, { system, turns, tools: tools.map((tool) => tool.name), stopSequences }, undefined, false)
  collect(found, notices, undefined, true)
  return sentContent(body).filter((wanted) => {
    const left = found.whole.get(wanted) ?? 0
    if (left > 0) found.whole.set(wanted, left - 1)
    return left === 0 && !found.around.some((text) => text.includes(wanted))
  })
}
