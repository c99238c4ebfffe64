import type { DocumentPart, ImagePart, MediaSource, OpenaiChatSentPart, Part } from "@pensieve/models"
import { dataUrl } from "../data-url.ts"
import { documentWords, joinTexts, partText, type TextContext } from "../part-text.ts"
import type { Path } from "../path.ts"
import type { RequestOptions } from "./request-options.ts"

/** What the encoding of a part depends on besides the part. */
export interface EncodeContext extends TextContext {
  readonly options: RequestOptions
}

/** The address of a picture, or undefined for one that lies in somebody else's store. */
const imageUrl = (source: MediaSource): string | undefined => {
  if (source.kind === "url") return source.url
  return source.kind === "base64" ? dataUrl(source.mediaType, source.data) : undefined
}

/** A picture as a part, or undefined where it cannot be sent. */
const imagePart = (part: ImagePart, { options }: EncodeContext): OpenaiChatSentPart | undefined => {
  const url = options.images ? imageUrl(part.source) : undefined
  return url === undefined ? undefined : { type: "image_url", image_url: { url } }
}

const filePart = (part: DocumentPart, { options }: EncodeContext): OpenaiChatSentPart | undefined => {
  const { source } = part
  if (!options.files || source.kind !== "base64" || documentWords(source) !== undefined) return undefined
  const file_data = dataUrl(source.mediaType, source.data)
  return { type: "file", file: { filename: part.title ?? "document", file_data } }
}

/** A picture or a file as a part of a user message; undefined for all else, and where the upstream reads none. */
export const mediaPart = (part: Part, context: EncodeContext): OpenaiChatSentPart | undefined => {
  if (part.type === "image") return imagePart(part, context)
  return part.type === "document" ? filePart(part, context) : undefined
}

const userPart = (part: Part, path: Path, context: EncodeContext): ReadonlyArray<OpenaiChatSentPart> => {
  const media = mediaPart(part, context)
  if (media !== undefined) return [media]
  const text = partText(part, path, context)
  return text === "" ? [] : [{ type: "text", text }]
}

/** The parts of a user message, each with its place. */
export const userParts = (
  parts: ReadonlyArray<readonly [part: Part, path: Path]>,
  context: EncodeContext
): ReadonlyArray<OpenaiChatSentPart> => parts.flatMap(([part, path]) => userPart(part, path, context))

/** The content of a user message: one string if there is nothing but text, which every template takes. */
export const userContent = (parts: ReadonlyArray<OpenaiChatSentPart>): string | ReadonlyArray<OpenaiChatSentPart> =>
  parts.every((part) => part.type === "text") ? joinTexts(parts.map((part) => part.text)) : parts
