import { AnthropicCountRequest, isJsonObject } from "@pensieve/models"
import { Result } from "effect"
import { decoderOf } from "./field-error.ts"
import type { Decoded, RequestContext } from "../request-context.ts"
import { notAnObject, toConversation } from "./to-conversation.ts"

const decodeEnvelope = decoderOf(AnthropicCountRequest)

/**
 * The body of `POST /v1/messages/count_tokens` as a Conversation of class `count`: like a request, without `max_tokens`.
 *
 * @param body the parsed JSON
 * @see wire contract, section 1
 */
export const decodeCountRequest = (body: unknown, context: RequestContext): Decoded =>
  isJsonObject(body)
    ? Result.flatMap(decodeEnvelope(body, []), (request) => toConversation(body, request, context, "count"))
    : notAnObject
