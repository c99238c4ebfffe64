import type { Conversation, JsonObject, ResponsesSentRequest } from "@pensieve/models"
import { callsIn } from "../call-ids.ts"
import type { EncodedRequest } from "../encoded-request.ts"
import type { Notices } from "../notices.ts"
import { partsText } from "../part-text.ts"
import { systemParts } from "../system-parts.ts"
import { openaiName, toolNamesIn, wireNames } from "../wire-names.ts"
import type { EncodeContext } from "./encode-content.ts"
import { encodeItems } from "./encode-items.ts"
import {
  encodeIncluded,
  encodeMaxTokens,
  encodeOutput,
  encodeReasoning,
  encodeSampling,
  encodeTools,
  noteStops
} from "./encode-options.ts"
import { passOwnRequest } from "./pass-own-request.ts"
import { defaultRequestOptions, type RequestOptions } from "./request-options.ts"

const translated = (conversation: Conversation, context: EncodeContext): ResponsesSentRequest => {
  const { options, notices, names } = context
  const instructions = partsText(systemParts(conversation, notices), ["system"], context)
  const affinity = options.promptCacheKey ? conversation.hints.cacheAffinity : undefined
  noteStops(conversation, notices)
  return {
    model: options.model,
    ...(instructions === "" ? {} : { instructions }),
    input: encodeItems(conversation, context),
    ...encodeTools(conversation, names, notices),
    ...encodeMaxTokens(conversation.maxTokens, notices),
    ...encodeSampling(conversation.sampling, notices),
    ...encodeOutput(conversation.output),
    ...encodeReasoning(conversation, options, notices),
    ...encodeIncluded(conversation, options),
    ...(affinity === undefined ? {} : { prompt_cache_key: affinity }),
    store: false,
    stream: options.stream
  }
}

/**
 * A Conversation as the body of `POST /v1/responses` to an upstream. One that came in this dialect goes on untouched but for
 * the model's name; whatever of another one the upstream cannot be told stands in a notice.
 *
 * @param options the upstream's model, and what it takes where that differs from the API itself
 * @see wire contract, section 8
 */
export const encodeRequest = (
  conversation: Conversation,
  options: Partial<RequestOptions> & Pick<RequestOptions, "model">
): EncodedRequest<ResponsesSentRequest | JsonObject> => {
  const notices: Notices = new Map()
  const calls = callsIn(conversation)
  const names = wireNames(toolNamesIn(conversation, calls), openaiName)
  const ids = calls.map(({ id }) => id)
  const passed = passOwnRequest(conversation, options.model, notices)
  if (passed !== undefined) return { ...passed, notices: [...notices.values()], toolNames: new Map(), callIds: ids }
  const body = translated(conversation, {
    options: { ...defaultRequestOptions, ...options },
    names,
    tools: new Map(conversation.tools.map((tool) => [tool.name, tool])),
    notices
  })
  return { body, notices: [...notices.values()], toolNames: names.fromWire, callIds: ids }
}
