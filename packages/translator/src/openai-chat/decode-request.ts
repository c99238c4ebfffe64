import { isJsonObject, OpenaiChatRequest } from "@pensieve/models"
import { Result } from "effect"
import { decoderOf } from "./field-error.ts"
import type { Decoded, RequestContext } from "../request-context.ts"
import { notAnObject, toConversation } from "./to-conversation.ts"

const decodeEnvelope = decoderOf(OpenaiChatRequest)

/**
 * The body of `POST /v1/chat/completions` as a Conversation.
 *
 * Unknown fields, part types and tool types never fail; they are kept opaque or noted. What fails is what the API itself
 * refuses by shape, with the field named as it names it, and what would be a lie to ignore (`n` above 1, audio answers).
 *
 * @param body the parsed JSON
 * @see wire contract, section 8
 */
export const decodeRequest = (body: unknown, context: RequestContext): Decoded =>
  isJsonObject(body)
    ? Result.flatMap(decodeEnvelope(body, []), (request) => toConversation(body, request, context))
    : notAnObject
