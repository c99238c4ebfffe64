import { type InternalError, InvalidRequest, type NotFound } from "@pensieve/errors"
import type { Conversation, MediaSource, Part } from "@pensieve/models"
import { FileStore, type StoredFile } from "@pensieve/operations"
import { Effect, Stream } from "effect"

/** Bytes of a file that a message may hold: as many as a body may. */
const readableBytes = 32 * 1024 * 1024

type Failure = InvalidRequest | NotFound | InternalError

/** The conversation with the content of every uploaded file it names in its place. */
export const resolveFiles = (conversation: Conversation): Effect.Effect<Conversation, Failure, FileStore> =>
  namesFiles(conversation) ? withFiles(conversation) : Effect.succeed(conversation)

const namesFiles = ({ system, turns }: Conversation): boolean =>
  system.some(namesFile) || turns.some(({ parts }) => parts.some(namesFile))

const withFiles = (conversation: Conversation): Effect.Effect<Conversation, Failure, FileStore> =>
  Effect.gen(function* () {
    const { system, turns } = conversation
    return {
      ...conversation,
      system: yield* resolveParts(system),
      turns: yield* Effect.forEach(turns, (turn) =>
        Effect.map(resolveParts(turn.parts), (parts) => ({ ...turn, parts }))
      )
    }
  })

const namesFile = (part: Part): boolean => {
  if (part.type === "tool-result") return part.parts.some(namesFile)
  return (part.type === "image" || part.type === "document") && part.source.kind === "file"
}

const resolveParts = (parts: ReadonlyArray<Part>): Effect.Effect<ReadonlyArray<Part>, Failure, FileStore> =>
  Effect.forEach(parts, resolvePart)

const resolvePart = (part: Part): Effect.Effect<Part, Failure, FileStore> =>
  Effect.gen(function* () {
    if (part.type === "tool-result") return { ...part, parts: yield* resolveParts(part.parts) }
    if ((part.type !== "image" && part.type !== "document") || part.source.kind !== "file") return part
    const { source, filename } = yield* uploadedSource(part.type, part.source.id)
    return part.type === "image" ? { ...part, source } : { ...part, source, title: part.title ?? filename }
  })

/** An uploaded file as the source of a block, with its name. */
export const uploadedSource = (
  block: "image" | "document",
  id: string
): Effect.Effect<{ readonly source: MediaSource; readonly filename: string }, Failure, FileStore> =>
  Effect.gen(function* () {
    const store = yield* FileStore
    const file = yield* store.get(id)
    if (file.sizeBytes > readableBytes) return yield* unusable(file, "is larger than the 32 MB that a message may hold")
    const bytes = Buffer.concat(yield* Stream.runCollect(store.content(file)))
    const source = block === "image" ? imageSource(file, bytes) : documentSource(file, bytes)
    return source === undefined
      ? yield* unusable(file, `has the type ${file.mimeType}, which ${block} blocks cannot show`)
      : { source, filename: file.filename }
  })

const unusable = ({ id, filename }: StoredFile, why: string): InvalidRequest =>
  new InvalidRequest({ message: `The file ${id} (${filename}) ${why}.`, field: "messages" })

const base64 = (mediaType: string, bytes: Buffer): MediaSource => ({
  kind: "base64",
  mediaType,
  data: bytes.toString("base64")
})

const imageSource = ({ mimeType }: StoredFile, bytes: Buffer): MediaSource | undefined =>
  mimeType.startsWith("image/") ? base64(mimeType, bytes) : undefined

const textDecoder = new TextDecoder("utf-8", { fatal: true })

const documentSource = ({ mimeType }: StoredFile, bytes: Buffer): MediaSource | undefined => {
  if (mimeType === "application/pdf") return base64(mimeType, bytes)
  try {
    return { kind: "text", mediaType: "text/plain", text: textDecoder.decode(bytes) }
  } catch {
    return undefined
  }
}
