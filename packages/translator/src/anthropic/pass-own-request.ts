import { type Conversation, isJsonObject, type Json, type Notice, type Source } from "@pensieve/models"
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
  conversation: Pick<Conversation, "source">,
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

/**
 * The text of a request as it goes on to an upstream of this dialect, also where no decoder understands it: byte for byte but
 * for the model's name and for thoughts of local models.
 *
 * @param sent the parsed body, and the text it was parsed from
 * @param model the upstream's model; unless given, the one the client named
 */
export const passText = (
  { body, text }: Required<Pick<Source, "body" | "text">>,
  model?: string
): { readonly text: string; readonly notices: ReadonlyArray<Notice> } => {
  const notices: Notices = new Map()
  const named = isJsonObject(body) && typeof body.model === "string" ? body.model : undefined
  const passed =
    named === undefined ? undefined : passOwnRequest({ source: { dialect, body, text } }, model ?? named, notices)
  return {
    text: passed === undefined ? text : (passed.text ?? JSON.stringify(passed.body)),
    notices: [...notices.values()]
  }
}
