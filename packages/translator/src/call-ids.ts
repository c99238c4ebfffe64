import type { Conversation, ToolCallPart } from "@pensieve/models"

/** All tool calls a conversation has, in order. It may have thousands of turns, and this is asked for each request. */
export const callsIn = ({ turns }: Pick<Conversation, "turns">): ReadonlyArray<ToolCallPart> => {
  const calls: Array<ToolCallPart> = []
  for (const { parts } of turns) for (const part of parts) if (part.type === "tool-call") calls.push(part)
  return calls
}

/** The ids of all tool calls a conversation has. */
export const callIds = (conversation: Conversation): ReadonlyArray<string> => callsIn(conversation).map(({ id }) => id)
