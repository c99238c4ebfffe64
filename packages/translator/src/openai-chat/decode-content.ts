import type { InvalidRequest } from "@pensieve/errors"
import {
  isJsonObject,
  type JsonObject,
  type MediaSource,
  OpenaiChatPartType,
  openaiChatParts,
  type Part
} from "@pensieve/models"
import { Result } from "effect"
import { decodeEach } from "../decode-each.ts"
import { sourceOfUrl } from "../data-url.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"
import { decoderOf, invalidField } from "./field-error.ts"
import type { Path } from "../path.ts"

type Parts = Result.Result<ReadonlyArray<Part>, InvalidRequest>
type PartDecoder = (part: JsonObject, path: Path, notices: Notices) => Parts

const decodeType = decoderOf(OpenaiChatPartType)

const parts = {
  text: decoderOf(openaiChatParts.text),
  refusal: decoderOf(openaiChatParts.refusal),
  image: decoderOf(openaiChatParts.image_url),
  file: decoderOf(openaiChatParts.file)
}

const opaque = (part: JsonObject, wireType: string, path: Path, notices: Notices): Parts => {
  note(notices, "part-opaque", `A content part of type "${wireType}" is kept as it came; no model here reads it.`, path)
  return Result.succeed([{ type: "opaque", wireType, value: part }])
}

const decodeText: PartDecoder = (part, path) =>
  Result.map(parts.text(part, path), ({ text }) => [{ type: "text", text }])

const decodeRefusal: PartDecoder = (part, path) =>
  Result.map(parts.refusal(part, path), ({ refusal }) => [{ type: "text", text: refusal }])

const decodeImage: PartDecoder = (part, path, notices) =>
  Result.map(parts.image(part, path), ({ image_url: image }) => {
    const { url, detail } = typeof image === "string" ? { url: image, detail: undefined } : image
    if (typeof detail === "string" && detail !== "auto") {
      note(notices, "image-detail-ignored", "Images are read at the model's own resolution.", [
        ...path,
        "image_url",
        "detail"
      ])
    }
    return [{ type: "image", source: sourceOfUrl(url, "image/png") }]
  })

/** `file_data` is a `data:` URL or bare base64. */
const fileSource = (id: string | undefined, data: string | undefined): MediaSource | undefined => {
  if (id !== undefined) return { kind: "file", id }
  if (data === undefined) return undefined
  return data.startsWith("data:")
    ? sourceOfUrl(data, "application/pdf")
    : { kind: "base64", mediaType: "application/pdf", data }
}

const decodeFile: PartDecoder = (part, path, notices) =>
  Result.flatMap(parts.file(part, path), ({ file }) => {
    const source = fileSource(file.file_id ?? undefined, file.file_data ?? undefined)
    if (source === undefined) return opaque(part, "file", path, notices)
    if (source.kind === "file" && typeof file.file_data === "string") {
      note(notices, "file-data-ignored", "A file has an id and data; the id counts.", [...path, "file", "file_data"])
    }
    const title = typeof file.filename === "string" ? { title: file.filename } : {}
    return Result.succeed<ReadonlyArray<Part>>([{ type: "document", source, ...title }])
  })

const decoders: ReadonlyMap<string, { readonly decode: PartDecoder; readonly fields: ReadonlySet<string> }> = new Map(
  Object.entries({ text: decodeText, refusal: decodeRefusal, image_url: decodeImage, file: decodeFile }).map(
    ([type, decode]) => [type, { decode, fields: new Set(["type", type]) }]
  )
)

/** One content part. A type that is not known gives an opaque part and a notice, never an error. */
const decodePart = (part: unknown, path: Path, notices: Notices): Parts => {
  if (!isJsonObject(part)) return Result.fail(invalidField(path, "expected an object"))
  const type = decodeType(part, path)
  if (Result.isFailure(type)) return Result.fail(type.failure)
  const wireType = type.success.type
  const known = decoders.get(wireType)
  if (known === undefined) return opaque(part, wireType, path, notices)
  noteUnknownFields(notices, part, known.fields, `a "${wireType}" part`, path)
  return known.decode(part, path, notices)
}

/**
 * The content of a message as parts, in the order sent. A string is one text part, an empty one is none.
 *
 * @see wire contract, section 8
 */
export const decodeContent = (content: string | ReadonlyArray<unknown>, path: Path, notices: Notices): Parts => {
  if (typeof content === "string") return Result.succeed(content === "" ? [] : [{ type: "text", text: content }])
  const decoded = decodeEach(content, path, (part, place) => decodePart(part, place, notices))
  return Result.map(decoded, (parts) => parts.flat())
}
