import { type JsonObject, OpenaiChatRequest } from "@pensieve/models"
import { Result } from "effect"
import { noteUnknownFields, type Notices } from "../notices.ts"
import { decodeHints } from "./decode-hints.ts"
import { decodeMessages } from "./decode-messages.ts"
import {
  decodeLogprobs,
  decodeMaxTokens,
  decodeOutput,
  decodeReasoning,
  decodeSampling,
  decodeStops,
  noteIgnored,
  refuseUnsupported
} from "./decode-options.ts"
import { decodeToolChoice, decodeTools } from "./decode-tools.ts"
import { invalidField } from "./field-error.ts"
import { type Decoded, type RequestContext, sourceOf } from "../request-context.ts"

/** The fields that are honoured, translated or refused. The rest has no effect and is noted. */
const requestFields = new Set(Object.keys(OpenaiChatRequest.fields))

/** The name of this dialect in `Conversation.source`. */
export const dialect = "openai-chat"

/** A body whose envelope is right as a Conversation. */
export const toConversation = (body: JsonObject, request: OpenaiChatRequest, context: RequestContext): Decoded =>
  Result.gen(function* () {
    const refusal = refuseUnsupported(request)
    if (refusal !== undefined) return yield* Result.fail(refusal)
    const notices: Notices = new Map()
    noteUnknownFields(notices, body, requestFields, "the request", [])
    noteIgnored(request, notices)

    const { system, turns } = yield* decodeMessages(request.messages, notices)
    const { toolChoice, tools } = yield* decodeToolChoice(request, yield* decodeTools(request, notices), notices)
    const output = yield* decodeOutput(request, notices)
    const stopSequences = decodeStops(request, notices)
    const reasoning = decodeReasoning(request, notices)
    const maxTokens = decodeMaxTokens(request, notices)
    const topLogprobs = decodeLogprobs(request)
    return {
      model: request.model,
      system,
      turns,
      tools,
      toolChoice,
      parallelToolCalls: request.parallel_tool_calls ?? true,
      sampling: decodeSampling(request),
      reasoning,
      output,
      stopSequences,
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(topLogprobs === undefined ? {} : { topLogprobs }),
      stream: request.stream ?? false,
      hints: decodeHints({ request, turns, maxTokens, headers: context.headers }),
      notices: [...notices.values()],
      source: sourceOf(dialect, body, context)
    }
  })

export const notAnObject: Decoded = Result.fail(invalidField([], "expected a JSON object"))
