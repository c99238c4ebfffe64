import type { InvalidRequest } from "@pensieve/errors"
import {
  isJsonObject,
  type JsonObject,
  type MediaSource,
  type Part,
  ResponsesPartType,
  responsesParts
} from "@pensieve/models"
import { Result } from "effect"
import { decoderOf, invalidField } from "./field-error.ts"
import type { Path } from "../path.ts"
import { decodeEach } from "../decode-each.ts"
import { sourceOfUrl } from "../data-url.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"

type Decoded = Result.Result<Part, InvalidRequest>
type PartDecoder = (part: JsonObject, path: Path, notices: Notices) => Decoded

const decodeType = decoderOf(ResponsesPartType)

const parts = {
  inputText: decoderOf(responsesParts.input_text),
  outputText: decoderOf(responsesParts.output_text),
  refusal: decoderOf(responsesParts.refusal),
  inputImage: decoderOf(responsesParts.input_image),
  inputFile: decoderOf(responsesParts.input_file)
}

const opaque = (part: JsonObject, wireType: string, path: Path, notices: Notices): Decoded => {
  note(notices, "part-opaque", `A content part of type "${wireType}" is kept as it came; no model here reads it.`, path)
  return Result.succeed({ type: "opaque", wireType, value: part })
}

const noteDetail = (detail: unknown, path: Path, notices: Notices): void => {
  if (detail === undefined || detail === "auto") return
  note(notices, "detail-ignored", "How finely an image or a file is read cannot be chosen.", [...path, "detail"])
}

const decodeInputText: PartDecoder = (part, path) =>
  Result.map(parts.inputText(part, path), ({ text }) => ({ type: "text", text }))

const decodeOutputText: PartDecoder = (part, path, notices) =>
  Result.map(parts.outputText(part, path), ({ text, annotations }) => {
    if (Array.isArray(annotations) && annotations.length > 0) {
      note(notices, "annotations-ignored", "Annotations of an answer are not shown to the model.", [
        ...path,
        "annotations"
      ])
    }
    return { type: "text", text }
  })

/** What the assistant said instead of an answer; to a model it is text. */
const decodeRefusal: PartDecoder = (part, path) =>
  Result.map(parts.refusal(part, path), ({ refusal }) => ({ type: "text", text: refusal }))

const decodeInputImage: PartDecoder = (part, path, notices) =>
  Result.gen(function* () {
    const { image_url: url, file_id: id, detail } = yield* parts.inputImage(part, path)
    noteDetail(detail, path, notices)
    if (url !== undefined) return { type: "image", source: sourceOfUrl(url, "application/octet-stream") }
    if (id !== undefined) return { type: "image", source: { kind: "file", id } }
    return yield* Result.fail(invalidField([...path, "image_url"], "it is required, or 'file_id'"))
  })

const decodeInputFile: PartDecoder = (part, path, notices) =>
  Result.gen(function* () {
    const file = yield* parts.inputFile(part, path)
    noteDetail(file.detail, path, notices)
    const title = file.filename === undefined ? {} : { title: file.filename }
    if (file.file_data !== undefined) return { type: "document", source: sourceOfData(file.file_data), ...title }
    if (file.file_url !== undefined) return { type: "document", source: { kind: "url", url: file.file_url }, ...title }
    if (file.file_id !== undefined) return { type: "document", source: { kind: "file", id: file.file_id }, ...title }
    return yield* Result.fail(invalidField([...path, "file_data"], "it is required, or 'file_url', or 'file_id'"))
  })

/** A data URL, or the bare base64 that the API takes too. */
const sourceOfData = (data: string): MediaSource => {
  const source = sourceOfUrl(data, "application/octet-stream")
  return source.kind === "base64" ? source : { kind: "base64", mediaType: "application/octet-stream", data }
}

/** Fields without meaning for the answer, in any part. */
const silentFields = ["type", "logprobs", "prompt_cache_breakpoint"]

const known = (decode: PartDecoder, schema: { readonly fields: object }) => ({
  decode,
  fields: new Set([...silentFields, ...Object.keys(schema.fields)])
})

/** The parts that are understood. `text` is how chat completions name an `input_text`; clients mix them up. */
const decoders = new Map([
  ["input_text", known(decodeInputText, responsesParts.input_text)],
  ["text", known(decodeInputText, responsesParts.input_text)],
  ["output_text", known(decodeOutputText, responsesParts.output_text)],
  ["refusal", known(decodeRefusal, responsesParts.refusal)],
  ["input_image", known(decodeInputImage, responsesParts.input_image)],
  ["input_file", known(decodeInputFile, responsesParts.input_file)]
])

/** One content part. A type that is not known gives an opaque part and a notice, never an error. */
const decodePart = (part: unknown, path: Path, notices: Notices): Decoded => {
  if (!isJsonObject(part)) return Result.fail(invalidField(path, "should be an object"))
  const type = decodeType(part, path)
  if (Result.isFailure(type)) return Result.fail(type.failure)
  const wireType = type.success.type
  const decoder = decoders.get(wireType)
  if (decoder === undefined) return opaque(part, wireType, path, notices)
  noteUnknownFields(notices, part, decoder.fields, `an "${wireType}" part`, path)
  return decoder.decode(part, path, notices)
}

/**
 * The content of a message or the output of a call as parts, in the order sent. A string is one text part.
 *
 * @see wire contract, section 8, `input`
 */
export const decodeContent = (
  content: string | ReadonlyArray<unknown>,
  path: Path,
  notices: Notices
): Result.Result<ReadonlyArray<Part>, InvalidRequest> => {
  if (typeof content === "string") return Result.succeed([{ type: "text", text: content }])
  return decodeEach(content, path, (part, place) => decodePart(part, place, notices))
}
