import { type Conversation, isJsonObject } from "@pensieve/models"
import { callIds } from "../call-ids.ts"
import type { StreamOptions } from "./stream-state.ts"
import { dialect } from "./to-conversation.ts"

/** Whether the client asked for the chunk with the tokens. */
const includesUsage = ({ source }: Conversation): boolean => {
  if (source.dialect !== dialect || !isJsonObject(source.body)) return false
  const asked = source.body.stream_options
  return isJsonObject(asked) && asked.include_usage === true
}

/**
 * What an answer to this conversation must look like.
 *
 * @param id the completion id, unique
 * @param created seconds since 1970
 * @see wire contract, section 8
 */
export const streamOptions = (conversation: Conversation, id: string, created: number): StreamOptions => ({
  id,
  model: conversation.model,
  created,
  includeUsage: includesUsage(conversation),
  display: conversation.reasoning.display,
  logprobs: conversation.topLogprobs !== undefined,
  toolIds: callIds(conversation)
})
