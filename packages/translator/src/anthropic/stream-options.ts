import { type Conversation, isJsonObject } from "@pensieve/models"
import { callIds } from "../call-ids.ts"
import type { Headers } from "../request-context.ts"
import type { StreamOptions } from "./stream-state.ts"
import { dialect } from "./to-conversation.ts"

const typeIn = (value: unknown): ReadonlyArray<string> =>
  isJsonObject(value) && typeof value.type === "string" ? [value.type] : []

/** The checks of tool calls that a request asks for. */
const safeguardsAsked = ({ source }: Conversation): Pick<StreamOptions, "safeguards"> => {
  const asked = source.dialect === dialect && isJsonObject(source.body) ? source.body.safeguards : undefined
  const types = Array.isArray(asked) ? asked.flatMap(typeIn) : []
  return types.length === 0 ? {} : { safeguards: types }
}

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
  toolIds: callIds(conversation),
  ...safeguardsAsked(conversation)
})
