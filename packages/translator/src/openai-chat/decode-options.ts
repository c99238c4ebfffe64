import type { InvalidRequest } from "@pensieve/errors"
import {
  type JsonObject,
  OpenaiChatJsonSchema,
  type OpenaiChatRequest,
  type OutputFormat,
  type ReasoningRequest,
  type Sampling
} from "@pensieve/models"
import { Result } from "effect"
import { effortOf } from "../efforts.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"
import { decoderOf, invalidField } from "./field-error.ts"

/**
 * `reasoning_effort`. Without it the model thinks as it does by default. A value that is not known is left to the model with
 * a notice.
 */
export const decodeReasoning = (request: OpenaiChatRequest, notices: Notices): ReasoningRequest => {
  const asked = request.reasoning_effort
  if (asked === undefined) return { mode: "auto", display: "full" }
  const effort = effortOf(asked)
  if (effort === undefined) {
    note(notices, "effort-unknown", `The effort ${JSON.stringify(asked)} is not known.`, ["reasoning_effort"])
    return { mode: "auto", display: "full" }
  }
  return { mode: effort === "none" ? "off" : "auto", effort, display: "full" }
}

const decodeSchema = decoderOf(OpenaiChatJsonSchema)
const formatFields = new Set(["type", "json_schema"])

const schemaFormat = (format: JsonObject): Result.Result<OutputFormat, InvalidRequest> =>
  Result.map(decodeSchema(format, ["response_format"]), ({ json_schema: { schema, name } }) => ({
    type: "json-schema",
    schema,
    ...(name === undefined ? {} : { name })
  }))

/** `response_format`. A form that cannot be kept is refused: an answer in another one would be wrong. */
export const decodeOutput = (
  request: OpenaiChatRequest,
  notices: Notices
): Result.Result<OutputFormat, InvalidRequest> => {
  const format = request.response_format
  if (format === undefined) return Result.succeed({ type: "text" })
  noteUnknownFields(notices, format, formatFields, "response_format", ["response_format"])
  switch (format.type) {
    case "text":
      return Result.succeed({ type: "text" })
    case "json_object":
      return Result.succeed({ type: "json" })
    case "json_schema":
      return schemaFormat(format)
    default:
      return Result.fail(invalidField(["response_format", "type"], "expected 'text', 'json_object' or 'json_schema'"))
  }
}

/** vLLM and llama.cpp write "no limit" as -1 and 0. */
const topK = (value: number | undefined): Sampling => (value === undefined || value <= 0 ? {} : { topK: value })

/** How tokens are chosen, common extensions included. */
export const decodeSampling = (request: OpenaiChatRequest): Sampling => {
  const repetition = request.repetition_penalty ?? request.repeat_penalty
  return {
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.top_p === undefined ? {} : { topP: request.top_p }),
    ...topK(request.top_k),
    ...(request.min_p === undefined ? {} : { minP: request.min_p }),
    ...(request.presence_penalty === undefined ? {} : { presencePenalty: request.presence_penalty }),
    ...(request.frequency_penalty === undefined ? {} : { frequencyPenalty: request.frequency_penalty }),
    ...(repetition === undefined ? {} : { repetitionPenalty: repetition }),
    ...(request.seed === undefined ? {} : { seed: request.seed })
  }
}

/** `stop` without empty strings, which would stop every answer at once. */
export const decodeStops = (request: OpenaiChatRequest, notices: Notices): ReadonlyArray<string> => {
  const asked = typeof request.stop === "string" ? [request.stop] : (request.stop ?? [])
  const stops = asked.filter((stop) => stop !== "")
  if (stops.length < asked.length) note(notices, "stop-empty", "An empty stop sequence is left out.", ["stop"])
  return stops
}

/** `max_completion_tokens`, or the older `max_tokens`. */
export const decodeMaxTokens = (request: OpenaiChatRequest, notices: Notices): number | undefined => {
  const { max_completion_tokens: newer, max_tokens: older } = request
  if (newer !== undefined && older !== undefined && newer !== older) {
    note(notices, "max-tokens-ignored", "max_completion_tokens counts, max_tokens does not.", ["max_tokens"])
  }
  return newer ?? older
}

/** `top_logprobs` of each token, none with `logprobs` alone; undefined where nothing of the kind is asked for. */
export const decodeLogprobs = ({ logprobs, top_logprobs: top }: OpenaiChatRequest): number | undefined =>
  top ?? (logprobs === true ? 0 : undefined)

/** Fields that would be a lie to ignore. */
export const refuseUnsupported = (request: OpenaiChatRequest): InvalidRequest | undefined => {
  if (request.n !== undefined && request.n !== 1) {
    return invalidField(["n"], "only one answer a request is given; send the request several times")
  }
  const { modalities } = request
  return Array.isArray(modalities) && modalities.includes("audio")
    ? invalidField(["modalities"], "answers are text; audio cannot be made")
    : undefined
}

const streamFields = new Set(["include_usage"])

/** Notes what is asked for and not given. */
export const noteIgnored = (request: OpenaiChatRequest, notices: Notices): void => {
  noteUnknownFields(notices, request.stream_options ?? {}, streamFields, "stream_options", ["stream_options"])
}
