import type {
  DocumentPart,
  ImagePart,
  MediaSource,
  OpaquePart,
  OpenaiChatSentPart,
  Part,
  ToolDefinition
} from "@pensieve/models"
import { fromBase64 } from "../base64.ts"
import { dataUrl } from "../data-url.ts"
import { note, type Notices } from "../notices.ts"
import type { Path } from "../path.ts"
import type { RequestOptions } from "./request-options.ts"
import type { ToolNames } from "./tool-names.ts"

/** What the encoding of a part depends on besides the part. */
export interface EncodeContext {
  readonly options: RequestOptions
  readonly names: ToolNames
  readonly tools: ReadonlyMap<string, ToolDefinition>
  readonly notices: Notices
}

/** Between the texts of one message. */
export const joinTexts = (texts: ReadonlyArray<string>): string => texts.filter((text) => text !== "").join("\n\n")

const nameOf = (source: MediaSource): string => {
  switch (source.kind) {
    case "url":
      return source.url
    case "file":
      return source.id
    case "base64":
    case "text":
      return source.mediaType
  }
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

const imageText = (part: ImagePart, path: Path, { notices }: EncodeContext): string => {
  note(notices, "image-not-sent", `An image (${nameOf(part.source)}) was replaced by a placeholder.`, path)
  return `[image not shown: ${nameOf(part.source)}]`
}

/** The text inside a document, or undefined if it is none. */
const documentWords = (source: MediaSource): string | undefined => {
  if (source.kind === "text") return source.text
  const isText = source.kind === "base64" && /^(text\/|application\/json$)/.test(source.mediaType)
  return isText ? fromBase64(source.data) : undefined
}

const documentText = (part: DocumentPart, path: Path, { notices }: EncodeContext): string => {
  const words = documentWords(part.source)
  const title = part.title ?? ""
  if (words !== undefined) {
    return `${title === "" ? "<document>" : `<document title=${JSON.stringify(title)}>`}\n${words}\n</document>`
  }
  note(notices, "document-not-sent", `A document (${nameOf(part.source)}) was replaced by a placeholder.`, path)
  return `[document not shown: ${title === "" ? "" : `${title}, `}${nameOf(part.source)}]`
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

const referenceText = (name: string, { tools, names }: EncodeContext): string => {
  const tool = tools.get(name)
  return tool === undefined ? `[tool reference: ${name}]` : `The tool ${names.toWire(name)} is available from here on.`
}

/** Encrypted for somebody else; no model reads it. */
const unreadable: ReadonlySet<string> = new Set(["redacted_thinking"])

const opaqueText = (part: OpaquePart, path: Path, { notices }: EncodeContext): string => {
  if (unreadable.has(part.wireType)) {
    note(notices, "part-omitted", `A part of type "${part.wireType}" is left out: it is encrypted.`, path)
    return ""
  }
  note(notices, "part-as-json", `A part of type "${part.wireType}" is shown to the model as JSON.`, path)
  return JSON.stringify(part.value)
}

/** One part as text. */
const partText = (part: Part, path: Path, context: EncodeContext): string => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text
    case "image":
      return imageText(part, path, context)
    case "document":
      return documentText(part, path, context)
    case "tool-reference":
      return referenceText(part.name, context)
    case "tool-removal":
      return `The tool ${context.names.toWire(part.name)} is not available from here on.`
    case "tool-call":
      return JSON.stringify({ name: part.name, arguments: part.input })
    case "tool-result":
      return partsText(part.parts, [...path, "parts"], context)
    case "opaque":
      return opaqueText(part, path, context)
  }
}

/** Parts as one text; what is no text is a placeholder. */
export const partsText = (parts: ReadonlyArray<Part>, path: Path, context: EncodeContext): string =>
  joinTexts(parts.map((part, index) => partText(part, [...path, index], context)))

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
