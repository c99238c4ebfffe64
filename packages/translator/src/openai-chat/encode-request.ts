import type { Conversation, OpenaiChatSentRequest } from "@pensieve/models"
import type { Notices } from "../notices.ts"
import { callsIn } from "../call-ids.ts"
import type { EncodedRequest } from "../encoded-request.ts"
import { openaiName, toolNamesIn, wireNames } from "../wire-names.ts"
import type { EncodeContext } from "./encode-content.ts"
import { encodeMessages } from "./encode-messages.ts"
import {
  encodeLogprobs,
  encodeMaxTokens,
  encodeOutput,
  encodeReasoning,
  encodeSampling,
  encodeTools
} from "./encode-options.ts"
import { defaultRequestOptions, type RequestOptions } from "./request-options.ts"

/**
 * A Conversation as the body of `POST /v1/chat/completions` to an upstream. Whatever of it the upstream cannot be told
 * stands in a notice.
 *
 * @param options the upstream's model, and what it takes where that differs from most servers
 * @see wire contract, section 8
 */
export const encodeRequest = (
  conversation: Conversation,
  options: Partial<RequestOptions> & Pick<RequestOptions, "model">
): EncodedRequest<OpenaiChatSentRequest> => {
  const settings: RequestOptions = { ...defaultRequestOptions, ...options }
  const notices: Notices = new Map()
  const calls = callsIn(conversation)
  const names = wireNames(toolNamesIn(conversation, calls), openaiName)
  const tools = new Map(conversation.tools.map((tool) => [tool.name, tool]))
  const context: EncodeContext = { options: settings, names, tools, notices }
  const { hints, stopSequences } = conversation
  const body: OpenaiChatSentRequest = {
    model: settings.model,
    messages: encodeMessages(conversation, context),
    ...encodeTools(conversation, context),
    ...encodeMaxTokens(conversation.maxTokens, settings, notices),
    ...(stopSequences.length === 0 ? {} : { stop: stopSequences }),
    ...encodeSampling(conversation.sampling, settings, notices),
    ...encodeOutput(conversation.output),
    ...encodeReasoning(conversation, settings, notices),
    ...encodeLogprobs(conversation.topLogprobs),
    ...(settings.promptCacheKey && hints.cacheAffinity !== undefined ? { prompt_cache_key: hints.cacheAffinity } : {}),
    stream: settings.stream,
    ...(settings.stream ? { stream_options: { include_usage: true } as const } : {})
  }
  return { body, notices: [...notices.values()], toolNames: names.fromWire, callIds: calls.map(({ id }) => id) }
}
