import type {
  AnthropicSentBlock,
  AnthropicSentSource,
  AnthropicSentText,
  DocumentPart,
  MediaSource,
  OpaquePart,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart
} from "@pensieve/models"
import { note } from "../notices.ts"
import { documentWords, partText, type TextContext } from "../part-text.ts"
import type { Path } from "../path.ts"
import { isOfResponses } from "../reasoning-origin.ts"
import { noteUnreadable } from "../sent-arguments.ts"
import type { WireNames } from "../wire-names.ts"
import { objectIn, textIn } from "../read-json.ts"
import type { RequestOptions } from "./request-options.ts"

/** What the encoding of a part depends on besides the part. */
export interface EncodeContext extends TextContext {
  readonly options: RequestOptions
  /** Ids of calls as the API takes them. */
  readonly ids: WireNames
}

type Blocks = ReadonlyArray<AnthropicSentBlock>

/** A text; the API refuses one that is nothing but white space. */
export const textBlocks = (text: string): ReadonlyArray<AnthropicSentText> =>
  text.trim() === "" ? [] : [{ type: "text", text }]

const imageTypes = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"])

/** Bytes of these types, or what lies at an address. */
const sourceOf = (source: MediaSource, mediaTypes: ReadonlySet<string>): AnthropicSentSource | undefined => {
  switch (source.kind) {
    case "base64":
      return mediaTypes.has(source.mediaType)
        ? { type: "base64", media_type: source.mediaType, data: source.data }
        : undefined
    case "url":
      return { type: "url", url: source.url }
    case "file":
      return { type: "file", file_id: source.id }
    case "text":
      return undefined
  }
}

const pdf = new Set(["application/pdf"])

const documentSource = ({ source }: DocumentPart): AnthropicSentSource | undefined => {
  const words = documentWords(source)
  return words === undefined ? sourceOf(source, pdf) : { type: "text", media_type: "text/plain", data: words }
}

/** An image or a document as a block of its own; undefined for all else, and for what the API does not read. */
const mediaBlock = (part: Part): AnthropicSentBlock | undefined => {
  if (part.type === "image") {
    const source = sourceOf(part.source, imageTypes)
    return source === undefined ? undefined : { type: "image", source }
  }
  if (part.type !== "document") return undefined
  const source = documentSource(part)
  return source === undefined
    ? undefined
    : { type: "document", source, ...(part.title === undefined || part.title === "" ? {} : { title: part.title }) }
}

/** A part of a user turn or of a result: as media, else as text. */
const shownBlocks = (part: Part, path: Path, context: EncodeContext): Blocks => {
  const media = mediaBlock(part)
  return media === undefined ? textBlocks(partText(part, path, context)) : [media]
}

const resultBlock = (part: ToolResultPart, path: Path, context: EncodeContext): AnthropicSentBlock => ({
  type: "tool_result",
  tool_use_id: context.ids.toWire(part.callId),
  content: part.parts.flatMap((inner, index) => shownBlocks(inner, [...path, "parts", index], context)),
  ...(part.isError ? { is_error: true } : {})
})

/** The blocks of a user turn. */
export const userBlocks = (parts: ReadonlyArray<Part>, path: Path, context: EncodeContext): Blocks =>
  parts.flatMap((part, index) =>
    part.type === "tool-result"
      ? [resultBlock(part, [...path, index], context)]
      : shownBlocks(part, [...path, index], context)
  )

/** A thought goes back to the service that signed it, and to no other. */
const thinkingBlocks = ({ text, signature }: ReasoningPart, path: Path, { notices }: EncodeContext): Blocks => {
  if (signature !== undefined && !isOfResponses(signature)) return [{ type: "thinking", thinking: text, signature }]
  note(notices, "reasoning-dropped", "Earlier thinking that the upstream did not sign is not sent again.", path)
  return []
}

const callBlock = (part: ToolCallPart, path: Path, { ids, names, notices }: EncodeContext): AnthropicSentBlock => {
  noteUnreadable(part, path, notices)
  return { type: "tool_use", id: ids.toWire(part.id), name: names.toWire(part.name), input: part.input }
}

const redactedData = ({ wireType, value }: OpaquePart): string =>
  wireType === "redacted_thinking" ? textIn(objectIn(value).data) : ""

/** A part the assistant said; pictures and documents are no part of an answer, so they are told as text. */
const saidBlocks = (part: Part, path: Path, context: EncodeContext): Blocks => {
  if (part.type === "reasoning") return thinkingBlocks(part, path, context)
  if (part.type === "tool-call") return [callBlock(part, path, context)]
  const data = part.type === "opaque" ? redactedData(part) : ""
  return data === "" ? textBlocks(partText(part, path, context)) : [{ type: "redacted_thinking", data }]
}

/** The blocks of an assistant turn. */
export const assistantBlocks = (parts: ReadonlyArray<Part>, path: Path, context: EncodeContext): Blocks =>
  parts.flatMap((part, index) => saidBlocks(part, [...path, index], context))
