import type { Conversation, Part } from "@pensieve/models"

const isCall = (part: Part) => part.type === "tool-call"

/** The ids of all tool calls a conversation has. */
export const callIds = (conversation: Conversation): ReadonlyArray<string> =>
  conversation.turns.flatMap((turn) => turn.parts.filter(isCall).map((call) => call.id))
