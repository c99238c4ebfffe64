import { type AnthropicCountRequest, AnthropicRequest, type JsonObject, type RequestClass } from "@pensieve/models"
import { Result } from "effect"
import { decodeSystem } from "./decode-content.ts"
import { decodeHints } from "./decode-hints.ts"
import { decodeMessages, hasCacheMark } from "./decode-messages.ts"
import {
  decodeOutput,
  decodeReasoning,
  decodeSampling,
  decodeStops,
  lastEffort,
  noteContextEdits,
  noteSafeguards,
  refuseUnsupported
} from "./decode-options.ts"
import { decodeToolChoice, decodeTools } from "./decode-tools.ts"
import { invalidField } from "./field-error.ts"
import { noteUnknownFields, type Notices } from "../notices.ts"
import { type Decoded, type RequestContext, sourceOf } from "../request-context.ts"

/** The fields that are honoured, translated or refused. The rest has no effect and is noted, as is what `container` holds besides skills. */
const requestFields = new Set(Object.keys(AnthropicRequest.fields).filter((field) => field !== "container"))

/** The name of this dialect in `Conversation.source`. */
export const dialect = "anthropic"

/** A body whose envelope is right as a Conversation. `forcedClass` is the request class where the endpoint decides it. */
export const toConversation = (
  body: JsonObject,
  request: AnthropicCountRequest,
  context: RequestContext,
  forcedClass: RequestClass | undefined
): Decoded =>
  Result.gen(function* () {
    const refusal = refuseUnsupported(request)
    if (refusal !== undefined) return yield* Result.fail(refusal)
    const notices: Notices = new Map()
    noteUnknownFields(notices, body, requestFields, "the request", [])
    noteContextEdits(request, notices)
    noteSafeguards(request, notices)

    const { shared = false } = context
    const sent = request.tools ?? []
    const system = request.system === undefined ? [] : yield* decodeSystem(request.system, notices, shared)
    const { turns, cached, configs } = yield* decodeMessages(request.messages, notices, shared)
    const tools = yield* decodeTools(sent, notices, shared)
    const { toolChoice, parallelToolCalls } = yield* decodeToolChoice(request.tool_choice, tools, sent, notices)
    const output = yield* decodeOutput(request, notices)
    const stopSequences = decodeStops(request, notices)
    const effort = lastEffort(request, configs, notices)
    const reasoning = decodeReasoning(request.thinking, effort, request.max_tokens, notices)

    const systemBlocks = typeof request.system === "string" ? [] : (request.system ?? [])
    const breakpoints = new Set([
      ...([...sent, ...systemBlocks].some(hasCacheMark) ? [-1] : []),
      ...cached,
      ...(hasCacheMark(request) ? [turns.length - 1] : [])
    ])
    const facts = { request, system, turns, output, stopSequences, headers: context.headers }
    return {
      model: request.model,
      system,
      turns,
      tools,
      toolChoice,
      parallelToolCalls,
      sampling: decodeSampling(request),
      reasoning,
      output,
      stopSequences,
      ...(request.max_tokens === undefined ? {} : { maxTokens: request.max_tokens }),
      stream: request.stream ?? false,
      hints: decodeHints(facts, [...breakpoints], forcedClass),
      notices: [...notices.values()],
      source: sourceOf(dialect, body, context)
    }
  })

export const notAnObject: Decoded = Result.fail(invalidField([], "The request body should be a JSON object"))
