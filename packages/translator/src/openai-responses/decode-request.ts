import { isJsonObject, ResponsesRequest } from "@pensieve/models"
import { Result } from "effect"
import { decoderOf } from "./field-error.ts"
import type { Decoded, RequestContext } from "../request-context.ts"
import { notAnObject, toConversation } from "./to-conversation.ts"

const decodeEnvelope = decoderOf(ResponsesRequest)

/**
 * The body of `POST /v1/responses` as a Conversation.
 *
 * Unknown fields, item types, part types and tool types never fail; they are kept opaque or noted. What fails is a wrong
 * shape, with the place of the fault, and what would be a lie to ignore: all that refers to something the API stores
 * (`previous_response_id`, `conversation`, `prompt`, `item_reference`) and `background`.
 *
 * @param body the parsed JSON
 * @see wire contract, section 8
 */
export const decodeRequest = (body: unknown, context: RequestContext): Decoded =>
  isJsonObject(body)
    ? Result.flatMap(decodeEnvelope(body, []), (request) => toConversation(body, request, context))
    : notAnObject
