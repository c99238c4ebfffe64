import type { InternalError, InvalidRequest } from "@pensieve/errors"
import { isJsonObject, type Json, type JsonObject, type MediaSource } from "@pensieve/models"
import type { FileStore } from "@pensieve/operations"
import { Effect } from "effect"
import type { JsonText } from "./read-body.ts"
import { uploadedSource } from "./resolve-files.ts"

type Replaced<A> = Effect.Effect<A, InvalidRequest | InternalError, FileStore>

/**
 * A body with the content of the files that were uploaded here, for a server that knows nothing of them. A file that is not here stays
 * named, for it may be there; a body that names none of ours is the very same.
 */
export const withOwnFiles = (sent: JsonText): Replaced<JsonText> =>
  Effect.gen(function* () {
    if (!sent.text.includes('"file_id"')) return sent
    const { body } = sent
    const replaced = isJsonObject(body) ? yield* withSources(body) : body
    return replaced === body ? sent : { body: replaced, text: JSON.stringify(replaced) }
  })

/** The same value where nothing of it is replaced. */
const inside = (value: Json): Replaced<Json> => {
  if (Array.isArray(value))
    return Effect.map(Effect.forEach(value, inside), (all) => (all.every((one, at) => one === value[at]) ? value : all))
  return isJsonObject(value) ? withSources(value) : Effect.succeed(value)
}

const withSources = (object: JsonObject): Replaced<JsonObject> =>
  Effect.gen(function* () {
    const block = yield* withSource(object)
    const changed: Record<string, Json> = {}
    for (const [name, value] of Object.entries(block)) {
      const next = yield* inside(value)
      if (next !== value) changed[name] = next
    }
    return Object.keys(changed).length === 0 ? block : { ...block, ...changed }
  })

const withSource = (block: JsonObject): Replaced<JsonObject> => {
  const { type, source } = block
  if ((type !== "image" && type !== "document") || !isJsonObject(source)) return Effect.succeed(block)
  if (source.type !== "file" || typeof source.file_id !== "string") return Effect.succeed(block)
  return uploadedSource(type, source.file_id).pipe(
    Effect.map((found) => ({
      ...block,
      source: wireSource(found.source) ?? source,
      ...(type === "document" && block.title === undefined ? { title: found.filename } : {})
    })),
    Effect.catchTag("NotFound", () => Effect.succeed(block))
  )
}

/** A source as Anthropic's API writes it. */
const wireSource = (source: MediaSource): JsonObject | undefined => {
  if (source.kind === "base64") return { type: "base64", media_type: source.mediaType, data: source.data }
  return source.kind === "text" ? { type: "text", media_type: source.mediaType, data: source.text } : undefined
}
