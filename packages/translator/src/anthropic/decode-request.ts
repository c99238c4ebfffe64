import { AnthropicRequest, isJsonObject } from "@pensieve/models"
import { Result } from "effect"
import { decoderOf } from "./field-error.ts"
import type { Decoded, RequestContext } from "../request-context.ts"
import { notAnObject, toConversation } from "./to-conversation.ts"

const decodeEnvelope = decoderOf(AnthropicRequest)

/**
 * The body of `POST /v1/messages` as a Conversation.
 *
 * Unknown fields, block types, tool types and betas never fail; they are kept opaque or noted. What fails is what the API
 * itself refuses by shape, with the dotted path of the field as it words it, and what would be a lie to ignore
 * (`mcp_servers`, `container.skills`, `thread`, tools only trained models can use).
 *
 * @param body the parsed JSON
 * @see wire contract, sections 2 and 3
 */
export const decodeRequest = (body: unknown, context: RequestContext): Decoded =>
  isJsonObject(body)
    ? Result.flatMap(decodeEnvelope(body, []), (request) => toConversation(body, request, context, undefined))
    : notAnObject
