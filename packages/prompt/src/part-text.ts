import type { DocumentPart, ImagePart, MediaSource, OpaquePart, Part, ToolDefinition } from "@pensieve/models"
import { canonicalJson } from "./canonical-json.ts"
import type { NoticeList } from "./notice-list.ts"
import { templateTool } from "./order-tools.ts"

/** What the text of a part depends on besides the part. */
export interface PartContext {
  readonly tools: ReadonlyMap<string, ToolDefinition>
  readonly notices: NoticeList
}

/** Between the parts of one turn, and between the sections of the system prompt. */
export const joinTexts = (texts: ReadonlyArray<string>): string => texts.filter((text) => text !== "").join("\n\n")

/** The parts of a turn or of a tool result as one text; `field` is their place in the conversation. */
export const textOfParts = (parts: ReadonlyArray<Part>, field: string, context: PartContext): string =>
  joinTexts(parts.map((part, index) => textOfPart(part, `${field}.${index}`, context)))

/** One part as text; the same part gives the same text wherever and however often it stands. */
export const textOfPart = (part: Part, field: string, context: PartContext): string => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text
    case "image":
      return textOfImage(part, field, context)
    case "document":
      return textOfDocument(part, field, context)
    case "tool-reference":
      return textOfReference(part.name, field, context)
    case "tool-removal":
      return `The tool ${part.name} is not available from here on.`
    case "tool-call":
      return JSON.stringify({ name: part.name, arguments: canonicalJson(part.input) })
    case "tool-result":
      return markError(textOfParts(part.parts, `${field}.parts`, context), part.isError)
    case "opaque":
      return textOfOpaque(part, field, context)
  }
}

/** The text of a result, marked when the tool failed. */
export const markError = (text: string, isError: boolean): string =>
  isError ? (text === "" ? "[error]" : `[error]\n${text}`) : text

const nameOfSource = (source: MediaSource): string => {
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

const textOfImage = (part: ImagePart, field: string, { notices }: PartContext): string => {
  notices.add("image-not-shown", "This model reads text only: an image was replaced by a placeholder.", field)
  return `[image not shown: ${nameOfSource(part.source)}]`
}

const textOfDocument = (part: DocumentPart, field: string, { notices }: PartContext): string => {
  const title = part.title ?? ""
  if (part.source.kind === "text") {
    const head = title === "" ? "<document>" : `<document title=${JSON.stringify(title)}>`
    return `${head}\n${part.source.text}\n</document>`
  }
  notices.add("document-not-shown", "This model reads text only: a document was replaced by a placeholder.", field)
  return `[document not shown: ${title === "" ? "" : `${title}, `}${nameOfSource(part.source)}]`
}

// A tool that is loaded already is written out again: leaving it out would need to know what stands before.
const textOfReference = (name: string, field: string, { tools, notices }: PartContext): string => {
  const tool = tools.get(name)
  if (tool !== undefined) return `<tools>\n${JSON.stringify(templateTool(tool))}\n</tools>`
  notices.add("tool-reference-unknown", `The reference to the tool ${name} names no tool of this request.`, field)
  return `[tool reference: ${name}]`
}

/** Encrypted for somebody else; no model reads it. */
const unreadable: ReadonlySet<string> = new Set(["redacted_thinking"])

const notContent: ReadonlySet<string> = new Set(["cache_control"])

const textOfOpaque = (part: OpaquePart, field: string, { notices }: PartContext): string => {
  if (unreadable.has(part.wireType)) {
    notices.add("part-omitted", `A part of the kind ${part.wireType} was left out: it is encrypted.`, field)
    return ""
  }
  notices.add(
    "part-as-json",
    `A part of the kind ${part.wireType}, which is not known here, is shown to the model as JSON.`,
    field
  )
  return JSON.stringify(canonicalJson(part.value, notContent))
}
