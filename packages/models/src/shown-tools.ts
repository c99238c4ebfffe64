import type { Conversation, Part, ToolDefinition } from "./conversation.ts"

/** All parts of the conversation in order, those within tool results included. */
const allParts = ({ turns }: Pick<Conversation, "turns">): ReadonlyArray<Part> =>
  turns.flatMap((turn) => turn.parts.flatMap((part) => (part.type === "tool-result" ? part.parts : [part])))

/**
 * The tools the model may see: deferred ones only once the conversation has named them. They stand last, so that a tool that
 * appears leaves the beginning of the prompt as it was.
 */
export const shownTools = (conversation: Pick<Conversation, "tools" | "turns">): ReadonlyArray<ToolDefinition> => {
  const { tools } = conversation
  if (!tools.some((tool) => tool.deferred)) return tools
  const named = new Set(allParts(conversation).flatMap((part) => (part.type === "tool-reference" ? [part.name] : [])))
  return [...tools.filter((tool) => !tool.deferred), ...tools.filter((tool) => tool.deferred && named.has(tool.name))]
}

/** The tools the model may call now: those shown, without those the conversation has taken away since it last named them. */
export const callableTools = (conversation: Pick<Conversation, "tools" | "turns">): ReadonlyArray<ToolDefinition> => {
  const removed = new Set<string>()
  for (const part of allParts(conversation)) {
    if (part.type === "tool-removal") removed.add(part.name)
    if (part.type === "tool-reference") removed.delete(part.name)
  }
  return shownTools(conversation).filter((tool) => !removed.has(tool.name))
}
