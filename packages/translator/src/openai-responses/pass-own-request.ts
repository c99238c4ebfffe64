import { type Conversation, isJsonObject, type Json } from "@pensieve/models"
import { note, type Notices } from "../notices.ts"
import { passRequest, type PassedRequest } from "../pass-request.ts"
import { unsealReasoning } from "../seal-reasoning.ts"
import { dialect } from "./to-conversation.ts"

/** Whether an item is a thought that this server sealed: the API cannot read it. */
const isOurs = (item: Json): boolean =>
  isJsonObject(item) &&
  item.type === "reasoning" &&
  typeof item.encrypted_content === "string" &&
  unsealReasoning(item.encrypted_content) !== undefined

/** A request of this dialect as it came, but for thoughts of local models that it brings along. */
export const passOwnRequest = (
  conversation: Conversation,
  model: string,
  notices: Notices
): PassedRequest | undefined => {
  const passed = passRequest(conversation, dialect, model)
  if (passed === undefined || !Array.isArray(passed.body.input)) return passed
  const sent: ReadonlyArray<Json> = passed.body.input
  const input = sent.filter((item) => !isOurs(item))
  if (input.length === sent.length) return passed
  note(notices, "reasoning-dropped", "Earlier thinking of a local model is not sent to this service.", ["input"])
  return { body: { ...passed.body, input } }
}
