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

/**
 * What a request says and neither the Conversation nor its notices do; empty if the content was conserved.
 *
 * Independent of the decoder: it compares all strings and all tool inputs of the body with all text of the result.
 */
export const lostContent = (body: JsonObject, conversation: Conversation): ReadonlyArray<string> => {
  const { source: _, ...rest } = conversation
  const strings: Array<string> = []
  const inputs = new Set<string>()
  const collect = (value: unknown, field: string | undefined): void => {
    if (field === "input") inputs.add(JSON.stringify(value))
    if (typeof value === "string") strings.push(value)
    else if (Array.isArray(value)) for (const item of value) collect(item, undefined)
    else if (isJsonObject(value)) for (const [key, child] of Object.entries(value)) collect(child, key)
  }
  collect(rest, undefined)
  const exact = new Set(strings)
  return sentContent(body).filter(
    (wanted) => !exact.has(wanted) && !inputs.has(wanted) && !strings.some((text) => text.includes(wanted))
  )
}
