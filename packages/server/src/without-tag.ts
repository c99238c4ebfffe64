import type { Conversation, Part } from "@pensieve/models"
import { withoutSubagentTag } from "@pensieve/router"

/** A conversation, and the body it came in, without the tag by which a subagent's prompt chose its model. */
export const withoutTag = (conversation: Conversation): Conversation => ({
  ...conversation,
  system: conversation.system.map(cleaned),
  turns: conversation.turns.map((turn) => ({ ...turn, parts: turn.parts.map(cleaned) })),
  source: { dialect: conversation.source.dialect, body: cleanedJson(conversation.source.body) }
})

const cleaned = (part: Part): Part => (part.type === "text" ? { ...part, text: withoutSubagentTag(part.text) } : part)

const cleanedJson = (value: unknown): unknown => {
  if (typeof value === "string") return withoutSubagentTag(value)
  if (Array.isArray(value)) return value.map(cleanedJson)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cleanedJson(inner)]))
}
