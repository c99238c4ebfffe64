import { type Conversation, isJsonObject, type Json } from "@pensieve/models"
import { note, type Notices } from "../notices.ts"
import { passRequest, type PassedRequest } from "../pass-request.ts"
import { unsealReasoning } from "../seal-reasoning.ts"
import { dialect } from "./to-conversation.ts"

/** Whether a block is a thought that this server signed: the API refuses it. */
const isOurs = (block: Json): boolean =>
  isJsonObject(block) &&
  block.type === "thinking" &&
  typeof block.signature === "string" &&
  unsealReasoning(block.signature) !== undefined

/** A message without our thoughts, or undefined if it holds nothing else. */
const withoutOurs = (message: Json): Json | undefined => {
  if (!isJsonObject(message) || !Array.isArray(message.content)) return message
  const content = message.content.filter((block: Json) => !isOurs(block))
  if (content.length === message.content.length) return message
  return content.length === 0 ? undefined : { ...message, content }
}

/** A request of this dialect as it came, but for thoughts of local models that it brings along. */
export const passOwnRequest = (
  conversation: Conversation,
  model: string,
  notices: Notices
): PassedRequest | undefined => {
  const passed = passRequest(conversation, dialect, model)
  if (passed === undefined || !Array.isArray(passed.body.messages)) return passed
  const sent: ReadonlyArray<Json> = passed.body.messages
  const messages = sent.map(withoutOurs)
  if (messages.every((message, index) => message === sent[index])) return passed
  note(notices, "reasoning-dropped", "Earlier thinking of a local model is not sent to this service.", ["messages"])
  return { body: { ...passed.body, messages: messages.filter((message) => message !== undefined) } }
}
