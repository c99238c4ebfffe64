import type { AnthropicSentRequest, Conversation, JsonObject } from "@pensieve/models"
import { callsIn } from "../call-ids.ts"
import type { EncodedRequest } from "../encoded-request.ts"
import type { Notices } from "../notices.ts"
import { partText } from "../part-text.ts"
import { systemParts } from "../system-parts.ts"
import { toolNamesIn, wireNames } from "../wire-names.ts"
import { type EncodeContext, textBlocks } from "./encode-content.ts"
import { encodeMessages } from "./encode-messages.ts"
import {
  encodeFormat,
  encodeMaxTokens,
  encodeSampling,
  encodeStops,
  encodeTools,
  noteLogprobs
} from "./encode-options.ts"
import { encodeThinking } from "./encode-thinking.ts"
import { passOwnRequest } from "./pass-own-request.ts"
import { defaultRequestOptions, type RequestOptions } from "./request-options.ts"

/** What the API takes for a tool's name, and for the id of a call. */
const toolName = /^[a-zA-Z0-9_-]{1,128}$/
const callId = /^[a-zA-Z0-9_-]+$/

const idsIn = ({ turns }: Conversation): ReadonlyArray<string> =>
  turns.flatMap((turn) =>
    turn.parts.flatMap((part) =>
      part.type === "tool-call" ? [part.id] : part.type === "tool-result" ? [part.callId] : []
    )
  )

const encodeSystem = (conversation: Conversation, context: EncodeContext): Pick<AnthropicSentRequest, "system"> => {
  const system = systemParts(conversation, context.notices).flatMap((part, index) =>
    textBlocks(partText(part, ["system", index], context))
  )
  return system.length === 0 ? {} : { system }
}

const translated = (conversation: Conversation, context: EncodeContext): AnthropicSentRequest => {
  const { options, notices, names } = context
  const messages = encodeMessages(conversation, context)
  noteLogprobs(conversation, notices)
  const maxTokens = encodeMaxTokens(conversation.maxTokens, options, notices)
  const { thinking, effort } = encodeThinking(conversation, options, maxTokens, messages, notices)
  const thinks = thinking !== undefined && thinking.type !== "disabled"
  const config = { ...(effort === undefined ? {} : { effort }), ...encodeFormat(conversation.output, notices) }
  return {
    model: options.model,
    max_tokens: maxTokens,
    ...encodeSystem(conversation, context),
    messages,
    ...encodeTools(conversation, names, notices),
    ...(thinking === undefined ? {} : { thinking }),
    ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
    ...encodeStops(conversation, notices),
    ...encodeSampling(conversation, options, thinks, notices),
    stream: options.stream
  }
}

/**
 * A Conversation as the body of `POST /v1/messages` to an upstream. One that came in this dialect goes on untouched but for
 * the model's name; whatever of another one the upstream cannot be told stands in a notice.
 *
 * @param options the upstream's model, and what it takes where that differs from most
 * @see wire contract, sections 2 and 3
 */
export const encodeRequest = (
  conversation: Conversation,
  options: Partial<RequestOptions> & Pick<RequestOptions, "model">
): EncodedRequest<AnthropicSentRequest | JsonObject> => {
  const notices: Notices = new Map()
  const calls = callsIn(conversation)
  const names = wireNames(toolNamesIn(conversation, calls), toolName)
  const ids = calls.map(({ id }) => id)
  const passed = passOwnRequest(conversation, options.model, notices)
  if (passed !== undefined) return { ...passed, notices: [...notices.values()], toolNames: new Map(), callIds: ids }
  const body = translated(conversation, {
    options: { ...defaultRequestOptions, ...options },
    names,
    ids: wireNames(idsIn(conversation), callId),
    tools: new Map(conversation.tools.map((tool) => [tool.name, tool])),
    notices
  })
  return { body, notices: [...notices.values()], toolNames: names.fromWire, callIds: ids }
}
