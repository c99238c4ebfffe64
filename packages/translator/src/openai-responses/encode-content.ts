import type { DocumentPart, ImagePart, Part, ResponsesSentPart } from "@pensieve/models"
import { dataUrl } from "../data-url.ts"
import { documentWords, partText, type TextContext } from "../part-text.ts"
import type { Path } from "../path.ts"
import type { RequestOptions } from "./request-options.ts"

/** What the encoding of a part depends on besides the part. */
export interface EncodeContext extends TextContext {
  readonly options: RequestOptions
}

const imagePart = ({ source }: ImagePart): ResponsesSentPart | undefined => {
  switch (source.kind) {
    case "url":
      return { type: "input_image", image_url: source.url, detail: "auto" }
    case "base64":
      return { type: "input_image", image_url: dataUrl(source.mediaType, source.data), detail: "auto" }
    case "file":
      return { type: "input_image", file_id: source.id, detail: "auto" }
    case "text":
      return undefined
  }
}

/** A document that is not words: those are told as text. */
const filePart = ({ source, title }: DocumentPart): ResponsesSentPart | undefined => {
  if (documentWords(source) !== undefined) return undefined
  const name = title === undefined || title === "" ? {} : { filename: title }
  switch (source.kind) {
    case "url":
      return { type: "input_file", file_url: source.url, ...name }
    case "base64":
      return {
        type: "input_file",
        filename: "document",
        ...name,
        file_data: dataUrl(source.mediaType, source.data)
      }
    case "file":
      return { type: "input_file", file_id: source.id, ...name }
    case "text":
      return undefined
  }
}

const mediaPart = (part: Part, { options }: EncodeContext): ResponsesSentPart | undefined => {
  if (part.type === "image") return options.images ? imagePart(part) : undefined
  return part.type === "document" && options.files ? filePart(part) : undefined
}

const sentPart = (part: Part, path: Path, context: EncodeContext): ReadonlyArray<ResponsesSentPart> => {
  const media = mediaPart(part, context)
  if (media !== undefined) return [media]
  const text = partText(part, path, context)
  return text === "" ? [] : [{ type: "input_text", text }]
}

/** Parts of what the client said or a tool gave, each with its place: as media, else as text. */
export const sentParts = (
  parts: ReadonlyArray<readonly [part: Part, path: Path]>,
  context: EncodeContext
): ReadonlyArray<ResponsesSentPart> => parts.flatMap(([part, path]) => sentPart(part, path, context))
