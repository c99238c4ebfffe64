import type { InvalidRequest } from "@pensieve/errors"
import {
  isJsonObject,
  type OutputFormat,
  type ReasoningRequest,
  ResponsesJsonSchemaFormat,
  type ResponsesRequest,
  type Sampling
} from "@pensieve/models"
import { Result } from "effect"
import { effortOf } from "../efforts.ts"
import { decoderOf, invalidField } from "./field-error.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"

const reasoningFields = new Set(["effort", "summary", "generate_summary"])

/**
 * `reasoning`. Absent means what the model does by itself; its text is shown as the summary where one is asked for.
 * Never an error: clients do not recover from one.
 *
 * @see wire contract, section 8
 */
export const decodeReasoning = (request: ResponsesRequest, notices: Notices): ReasoningRequest => {
  const asked = request.reasoning ?? {}
  noteUnknownFields(notices, asked, reasoningFields, "reasoning", ["reasoning"])
  const effort = effortOf(asked.effort)
  if (effort === undefined && asked.effort !== undefined && asked.effort !== null) {
    note(notices, "effort-unknown", `The effort ${JSON.stringify(asked.effort)} is not known.`, ["reasoning", "effort"])
  }
  const summary = asked.summary ?? asked.generate_summary ?? "none"
  return {
    mode: effort === "none" ? "off" : "auto",
    ...(effort === undefined ? {} : { effort }),
    display: summary === "none" ? "omitted" : "full"
  }
}

const textFields = new Set(["format", "verbosity"])
const formatFields = new Set(["type", "description", ...Object.keys(ResponsesJsonSchemaFormat.fields)])
const decodeJsonSchema = decoderOf(ResponsesJsonSchemaFormat)

/** `text.format`. A form that cannot be kept is refused: an answer in another one would be wrong. */
export const decodeOutput = (
  request: ResponsesRequest,
  notices: Notices
): Result.Result<OutputFormat, InvalidRequest> => {
  const text = request.text ?? {}
  const path = ["text", "format"]
  noteUnknownFields(notices, text, textFields, "text", ["text"])
  if (text.verbosity !== undefined && text.verbosity !== null && text.verbosity !== "medium") {
    note(notices, "verbosity-ignored", "How much is said cannot be set; say it in the instructions.", [
      "text",
      "verbosity"
    ])
  }
  const format = text.format ?? { type: "text" }
  if (!isJsonObject(format)) return Result.fail(invalidField(path, "should be an object"))
  noteUnknownFields(notices, format, formatFields, "text.format", path)
  switch (format.type) {
    case "text":
      return Result.succeed({ type: "text" })
    case "json_object":
      return Result.succeed({ type: "json" })
    case "json_schema":
      return Result.map(decodeJsonSchema(format, path), ({ schema, name }) => ({
        type: "json-schema",
        schema,
        ...(name === undefined ? {} : { name })
      }))
    default:
      return Result.fail(invalidField([...path, "type"], "should be 'text', 'json_object' or 'json_schema'"))
  }
}

/** `temperature` and `top_p`. */
export const decodeSampling = (request: ResponsesRequest): Sampling => ({
  ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
  ...(request.top_p === undefined ? {} : { topP: request.top_p })
})

/** Fields whose value names something kept by a server: to ignore one would answer another question than was asked. */
const keptByServer = {
  previous_response_id: "responses are not stored here; send the whole conversation in 'input'",
  conversation: "conversations are not stored here; send the whole conversation in 'input'",
  prompt: "prompt templates are not stored here; send their text in 'instructions' or 'input'"
} as const

/** What cannot be done, and what to do instead. */
export const refuseUnsupported = (request: ResponsesRequest): InvalidRequest | undefined => {
  if (request.previous_response_id !== undefined) {
    return invalidField(["previous_response_id"], keptByServer.previous_response_id)
  }
  if (request.conversation !== undefined) return invalidField(["conversation"], keptByServer.conversation)
  if (request.prompt !== undefined) return invalidField(["prompt"], keptByServer.prompt)
  return request.background === true
    ? invalidField(["background"], "answers are not kept for later here; leave it out and use 'stream': true")
    : undefined
}

const included = new Set(["reasoning.encrypted_content", "message.output_text.logprobs"])

/** Whether `include` asks for the content of reasoning items that only we can read. */
export const includesReasoning = (include: unknown): boolean =>
  Array.isArray(include) && include.includes("reasoning.encrypted_content")

/** `top_logprobs` of each token, none where only `include` asks for log probabilities; undefined where nothing does. */
export const decodeLogprobs = ({ include, top_logprobs: top }: ResponsesRequest): number | undefined =>
  top ?? (include?.includes("message.output_text.logprobs") === true ? 0 : undefined)

/** Notes what of the request's administration has no effect. */
export const noteIgnored = (request: ResponsesRequest, notices: Notices): void => {
  if (request.store === true) {
    note(notices, "store-ignored", "Responses are not stored: none can be fetched or continued later.", ["store"])
  }
  if (request.truncation === "auto") {
    note(notices, "truncation-ignored", "Nothing is left out of a conversation that is too long; it is refused.", [
      "truncation"
    ])
  }
  for (const [index, name] of (request.include ?? []).entries()) {
    if (included.has(name)) continue
    note(notices, "include-ignored", `"${name}" cannot be included in a response.`, ["include", index])
  }
}
