import type { Conversation } from "@pensieve/models"
import { decodeRequest } from "@pensieve/translator/openai-responses"
import { Result } from "effect"

/** The least a request can be. */
const least = { model: "m", input: "hi" }

/** The Conversation of a request with these fields, which must be good. */
export const decoded = (fields: object, headers: Record<string, string> = {}): Conversation =>
  Result.getOrThrow(decodeRequest({ ...least, ...fields }, { headers }))

/** The parts of a request's only user message. */
export const partsOf = (content: unknown) => decoded({ input: [{ role: "user", content }] }).turns[0]?.parts

/** Message and field of the error of a request with these fields, which must be bad. */
export const refusal = (fields: object) => {
  const result = decodeRequest({ ...least, ...fields }, { headers: {} })
  return Result.isFailure(result) ? { message: result.failure.message, field: result.failure.field } : undefined
}

/** The codes of a Conversation's notices. */
export const codes = (conversation: Conversation) => conversation.notices.map((notice) => notice.code)
