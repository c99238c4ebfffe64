import { type JsonObject, type Part, ResponsesRequest } from "@pensieve/models"
import { Result } from "effect"
import { decodeHints } from "./decode-hints.ts"
import { decodeItems } from "./decode-items.ts"
import {
  decodeLogprobs,
  decodeOutput,
  decodeReasoning,
  decodeSampling,
  noteIgnored,
  refuseUnsupported
} from "./decode-options.ts"
import { decodeToolChoice } from "./decode-tool-choice.ts"
import { decodeTools } from "./decode-tools.ts"
import { invalidField } from "./field-error.ts"
import { noteUnknownFields, type Notices } from "../notices.ts"
import { callNamer, namedTools, sentTools } from "./tool-names.ts"
import { type Decoded, type RequestContext, sourceOf } from "../request-context.ts"

/** Fields that administer a request and promise nothing about its answer. */
const silentFields = [
  "user",
  "safety_identifier",
  "service_tier",
  "stream_options",
  "prompt_cache_options",
  "prompt_cache_retention"
]

const requestFields = new Set([...silentFields, ...Object.keys(ResponsesRequest.fields)])

const systemOf = (instructions: string | undefined): ReadonlyArray<Part> =>
  instructions === undefined || instructions === "" ? [] : [{ type: "text", text: instructions }]

/** The name of this dialect in `Conversation.source`. */
export const dialect = "openai-responses"

/** A body whose envelope is right as a Conversation. */
export const toConversation = (body: JsonObject, request: ResponsesRequest, context: RequestContext): Decoded =>
  Result.gen(function* () {
    const refusal = refuseUnsupported(request)
    if (refusal !== undefined) return yield* Result.fail(refusal)
    const notices: Notices = new Map()
    noteUnknownFields(notices, body, requestFields, "the request", [])
    noteIgnored(request, notices)

    const { input, max_output_tokens: maxTokens } = request
    if (input === undefined) return yield* Result.fail(invalidField(["input"], "it is required"))
    const sent = sentTools(body)
    const named = namedTools(sent)
    const turns = yield* decodeItems(input, callNamer(named), notices)
    const defined = yield* decodeTools(sent, named, notices)
    const { toolChoice, tools } = yield* decodeToolChoice(request.tool_choice, defined, named, notices)
    const output = yield* decodeOutput(request, notices)
    const topLogprobs = decodeLogprobs(request)
    return {
      model: request.model,
      system: systemOf(request.instructions),
      turns,
      tools,
      toolChoice,
      parallelToolCalls: request.parallel_tool_calls ?? true,
      sampling: decodeSampling(request),
      reasoning: decodeReasoning(request, notices),
      output,
      stopSequences: [],
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(topLogprobs === undefined ? {} : { topLogprobs }),
      stream: request.stream ?? false,
      hints: decodeHints({ request, turns, headers: context.headers }),
      notices: [...notices.values()],
      source: sourceOf(dialect, body, context)
    }
  })

export const notAnObject: Decoded = Result.fail(invalidField([], "The request body should be a JSON object"))
