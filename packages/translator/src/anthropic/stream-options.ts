import type { Conversation, Part } from "@pensieve/models"
import type { Headers } from "./decode-hints.ts"
import type { StreamOptions } from "./stream-state.ts"

const isCall = (part: Part) => part.type === "tool-call"

/** The ids of all tool calls a conversation has. */
const toolIds = (conversation: Conversation): ReadonlyArray<string> =>
  conversation.turns.flatMap((turn) => turn.parts.filter(isCall).map((call) => call.id))

/**
 * What an answer to this conversation must look like.
 *
 * @param id the message id, unique
 * @param headers of the request, by lower-case name: its betas decide whether thinking tokens are told
 * @see wire contract, section 4, `thinking_delta.estimated_tokens`
 */
export const streamOptions = (conversation: Conversation, id: string, headers: Headers): StreamOptions => ({
  id,
  model: conversation.model,
  display: conversation.reasoning.display,
  estimatedTokens: (headers["anthropic-beta"] ?? "").includes("thinking-token-count-2026-05-13"),
  toolIds: toolIds(conversation)
})
