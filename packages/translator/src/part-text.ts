import type { DocumentPart, ImagePart, MediaSource, OpaquePart, Part, ToolDefinition } from "@pensieve/models"
import { fromBase64 } from "./base64.ts"
import { note, type Notices } from "./notices.ts"
import type { Path } from "./path.ts"
import type { WireNames } from "./wire-names.ts"

/** What the text of a part depends on besides the part. */
export interface TextContext {
  readonly names: WireNames
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

const imageText = (part: ImagePart, path: Path, { notices }: TextContext): string => {
  note(notices, "image-not-sent", `An image (${nameOf(part.source)}) was replaced by a placeholder.`, path)
  return `[image not shown: ${nameOf(part.source)}]`
}

/** The text inside a document, or undefined if it is none. */
export const documentWords = (source: MediaSource): string | undefined => {
  if (source.kind === "text") return source.text
  const isText = source.kind === "base64" && /^(text\/|application\/json$)/.test(source.mediaType)
  return isText ? fromBase64(source.data) : undefined
}

const documentText = (part: DocumentPart, path: Path, { notices }: TextContext): string => {
  const words = documentWords(part.source)
  const title = part.title ?? ""
  if (words !== undefined) {
    return `${title === "" ? "<document>" : `<document title=${JSON.stringify(title)}>`}\n${words}\n</document>`
  }
  note(notices, "document-not-sent", `A document (${nameOf(part.source)}) was replaced by a placeholder.`, path)
  return `[document not shown: ${title === "" ? "" : `${title}, `}${nameOf(part.source)}]`
}

const referenceText = (name: string, { tools, names }: TextContext): string => {
  const tool = tools.get(name)
  return tool === undefined ? `[tool reference: ${name}]` : `The tool ${names.toWire(name)} is available from here on.`
}

/** Encrypted for somebody else; no model reads it. */
const unreadable: ReadonlySet<string> = new Set(["redacted_thinking"])

const opaqueText = (part: OpaquePart, path: Path, { notices }: TextContext): string => {
  if (unreadable.has(part.wireType)) {
    note(notices, "part-omitted", `A part of type "${part.wireType}" is left out: it is encrypted.`, path)
    return ""
  }
  note(notices, "part-as-json", `A part of type "${part.wireType}" is shown to the model as JSON.`, path)
  return JSON.stringify(part.value)
}

/** One part as text; what is no text is a placeholder. */
export const partText = (part: Part, path: Path, context: TextContext): string => {
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

/** Parts as one text. */
export const partsText = (parts: ReadonlyArray<Part>, path: Path, context: TextContext): string =>
  joinTexts(parts.map((part, index) => partText(part, [...path, index], context)))

/** The text of a result, marked where the tool failed and the wire has no field for it. */
export const markError = (text: string, isError: boolean): string =>
  isError ? (text === "" ? "[error]" : `[error]\n${text}`) : text

/** A system turn in the user's words, for an upstream that takes none inside a conversation. */
export const asReminder = (text: string): string => `<system-reminder>\n${text}\n</system-reminder>`
