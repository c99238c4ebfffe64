import type { InvalidRequest } from "@pensieve/errors"
import {
  AnthropicBlockType,
  anthropicBlocks,
  anthropicSources,
  isJsonObject,
  type JsonObject,
  type MediaSource,
  type Part
} from "@pensieve/models"
import { Result } from "effect"
import { decodeEach } from "../decode-each.ts"
import { decodeOnce } from "../decode-once.ts"
import { decoderOf, invalidField } from "./field-error.ts"
import type { Path } from "../path.ts"
import { unsealReasoning } from "../seal-reasoning.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"

type Parts = Result.Result<ReadonlyArray<Part>, InvalidRequest>
type BlockDecoder = (block: JsonObject, path: Path, notices: Notices) => Parts

const decodeType = decoderOf(AnthropicBlockType)

/** What is wrong with a block's `type` that is no string. */
const typeProblem = (block: JsonObject, path: Path): Parts => Result.map(decodeType(block, path), () => [])

const blocks = {
  text: decoderOf(anthropicBlocks.text),
  image: decoderOf(anthropicBlocks.image),
  document: decoderOf(anthropicBlocks.document),
  searchResult: decoderOf(anthropicBlocks.search_result),
  thinking: decoderOf(anthropicBlocks.thinking),
  toolUse: decoderOf(anthropicBlocks.tool_use),
  toolResult: decoderOf(anthropicBlocks.tool_result),
  toolReference: decoderOf(anthropicBlocks.tool_reference),
  toolAddition: decoderOf(anthropicBlocks.tool_addition),
  toolRemoval: decoderOf(anthropicBlocks.tool_removal)
}

const sources = {
  base64: decoderOf(anthropicSources.base64),
  url: decoderOf(anthropicSources.url),
  file: decoderOf(anthropicSources.file),
  text: decoderOf(anthropicSources.text),
  content: decoderOf(anthropicSources.content)
}

const noParts: Parts = Result.succeed([])

const opaque = (block: JsonObject, wireType: string, path: Path, notices: Notices): Parts => {
  note(
    notices,
    "block-opaque",
    `A content block of type "${wireType}" is kept as it came; no model here reads it.`,
    path
  )
  return Result.succeed([{ type: "opaque", wireType, value: block }])
}

/** Where the bytes are, or undefined for a kind of source that is not known. */
const decodeSource = (source: JsonObject, path: Path): Result.Result<MediaSource | undefined, InvalidRequest> => {
  switch (source.type) {
    case "base64":
      return Result.map(sources.base64(source, path), ({ media_type, data }) => ({
        kind: "base64",
        mediaType: media_type,
        data
      }))
    case "url":
      return Result.map(sources.url(source, path), ({ url }) => ({ kind: "url", url }))
    case "file":
      return Result.map(sources.file(source, path), ({ file_id }) => ({ kind: "file", id: file_id }))
    case "text":
      return Result.map(sources.text(source, path), ({ data, media_type }) => ({
        kind: "text",
        mediaType: media_type ?? "text/plain",
        text: data
      }))
    default:
      return Result.succeed(undefined)
  }
}

const noteCitations = (citations: unknown, path: Path, notices: Notices): void => {
  const asked = Array.isArray(citations) ? citations.length > 0 : isJsonObject(citations) && citations.enabled === true
  if (asked) note(notices, "citations-ignored", "Citations are neither read nor written.", [...path, "citations"])
}

const decodeText: BlockDecoder = (block, path, notices) =>
  Result.map(blocks.text(block, path), ({ text, citations }) => {
    noteCitations(citations, path, notices)
    return [{ type: "text", text }]
  })

const decodeImage: BlockDecoder = (block, path, notices) =>
  Result.gen(function* () {
    const image = yield* blocks.image(block, path)
    if (image.transformations !== undefined) {
      note(notices, "image-transformations-ignored", "Image transformations are not applied.", [
        ...path,
        "transformations"
      ])
    }
    const source = yield* decodeSource(image.source, [...path, "source"])
    return source === undefined ? yield* opaque(block, "image", path, notices) : [{ type: "image", source }]
  })

/** A document's parts under its title; text stays readable, pictures stay pictures. */
const titled = (parts: ReadonlyArray<Part>, title: string | undefined): ReadonlyArray<Part> =>
  parts.map((part) =>
    part.type === "text"
      ? {
          type: "document",
          source: { kind: "text", mediaType: "text/plain", text: part.text },
          ...(title === undefined ? {} : { title })
        }
      : part
  )

const decodeDocument: BlockDecoder = (block, path, notices) =>
  Result.gen(function* () {
    const { source, title, context, citations } = yield* blocks.document(block, path)
    noteCitations(citations, path, notices)
    const before: ReadonlyArray<Part> = context === undefined ? [] : [{ type: "text", text: context }]
    const sourcePath = [...path, "source"]
    if (source.type === "content") {
      const { content } = yield* sources.content(source, sourcePath)
      return [...before, ...titled(yield* decodeContent(content, [...sourcePath, "content"], notices), title)]
    }
    const media = yield* decodeSource(source, sourcePath)
    if (media === undefined) return yield* opaque(block, "document", path, notices)
    return [...before, { type: "document", source: media, ...(title === undefined ? {} : { title }) }]
  })

/** A search result is a document whose title and origin stand above its text. */
const decodeSearchResult: BlockDecoder = (block, path, notices) =>
  Result.map(blocks.searchResult(block, path), ({ source, title, content, citations }) => {
    noteCitations(citations, path, notices)
    const text = content.map((part) => part.text).join("\n")
    return [
      { type: "document", source: { kind: "text", mediaType: "text/plain", text }, title: `${title} (${source})` }
    ]
  })

/** A signature of our own holds what the client was not shown; any other one belongs to the service that wrote the thought. */
const decodeThinking: BlockDecoder = (block, path) =>
  Result.map(blocks.thinking(block, path), ({ thinking, signature }) => {
    const sealed = signature === undefined ? undefined : unsealReasoning(signature)
    if (sealed !== undefined) return [{ type: "reasoning", text: sealed.text ?? thinking }]
    return [{ type: "reasoning", text: thinking, ...(signature ? { signature } : {}) }]
  })

const decodeToolUse: BlockDecoder = (block, path, notices) =>
  Result.map(blocks.toolUse(block, path), ({ id, name, input, caller }) => {
    if (isJsonObject(caller) && caller.type !== "direct") {
      note(notices, "caller-ignored", "A tool call made by a server tool is shown as the model's own.", [
        ...path,
        "caller"
      ])
    }
    return [{ type: "tool-call", id, name, input }]
  })

const decodeToolResult: BlockDecoder = (block, path, notices) =>
  Result.flatMap(blocks.toolResult(block, path), ({ tool_use_id, content, is_error }) =>
    Result.map(content === undefined ? noParts : decodeContent(content, [...path, "content"], notices), (parts) => [
      { type: "tool-result", callId: tool_use_id, parts, isError: is_error ?? false }
    ])
  )

const decodeToolReference: BlockDecoder = (block, path) =>
  Result.map(blocks.toolReference(block, path), ({ tool_name }) => [{ type: "tool-reference", name: tool_name }])

/** From here on the tool is offered: its definition belongs at this place, as for a reference. */
const decodeToolAddition: BlockDecoder = (block, path) =>
  Result.map(blocks.toolAddition(block, path), ({ tool }) => [{ type: "tool-reference", name: tool.name }])

/** From here on the tool is not offered; what stands before is not touched. */
const decodeToolRemoval: BlockDecoder = (block, path) =>
  Result.map(blocks.toolRemoval(block, path), ({ tool }) => [{ type: "tool-removal", name: tool.name }])

const decoders: ReadonlyMap<string, { readonly decode: BlockDecoder; readonly fields: ReadonlySet<string> }> = new Map(
  Object.entries({
    text: decodeText,
    image: decodeImage,
    document: decodeDocument,
    search_result: decodeSearchResult,
    thinking: decodeThinking,
    tool_use: decodeToolUse,
    tool_result: decodeToolResult,
    tool_reference: decodeToolReference,
    tool_addition: decodeToolAddition,
    tool_removal: decodeToolRemoval
  }).map(([type, decode]) => [
    type,
    {
      decode,
      fields: new Set([
        "type",
        "cache_control",
        "toolset_name",
        ...Object.entries(anthropicBlocks).flatMap(([name, schema]) =>
          name === type ? Object.keys(schema.fields) : []
        )
      ])
    }
  ])
)

/** Path segments below which blocks inside blocks are no longer read: no client nests so deep, an attacker may. */
const deepestPath = 32

/** One content block as parts. A type that is not known gives an opaque part and a notice, never an error. */
const decodeBlock = (block: unknown, path: Path, notices: Notices): Parts => {
  if (!isJsonObject(block)) return Result.fail(invalidField(path, "Input should be a valid dictionary"))
  const wireType = block.type
  if (typeof wireType !== "string") return typeProblem(block, path)
  const known = decoders.get(wireType)
  if (known === undefined || path.length > deepestPath) return opaque(block, wireType, path, notices)
  noteUnknownFields(notices, block, known.fields, `a "${wireType}" block`, path)
  return known.decode(block, path, notices)
}

/**
 * The content of a message, of `system` or of a tool result as parts, in the order sent. A string is one text part.
 *
 * @see wire contract, section 3
 */
export const decodeContent = (content: string | ReadonlyArray<unknown>, path: Path, notices: Notices): Parts => {
  if (typeof content === "string") return Result.succeed([{ type: "text", text: content }])
  const decoded = decodeEach(content, path, (block, place) => decodeBlock(block, place, notices))
  return Result.map(decoded, (parts) => parts.flat())
}

const decodeBlockOnce = decodeOnce(decodeBlock)

/**
 * `system` as parts.
 *
 * @param shared what was decoded of a block before may be given again
 */
export const decodeSystem = (content: string | ReadonlyArray<unknown>, notices: Notices, shared: boolean): Parts => {
  if (typeof content === "string") return decodeContent(content, ["system"], notices)
  const decoded = decodeEach(content, ["system"], (block, place) => decodeBlockOnce(block, place, notices, shared))
  return Result.map(decoded, (parts) => parts.flat())
}
