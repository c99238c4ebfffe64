import type { AnthropicFile } from "@pensieve/models"
import { FileStore, type StoredFile } from "@pensieve/operations"
import { Effect, Result } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { pageBody, pageOf, queryOf, readPageQuery } from "./page.ts"
import { baseHeaders, respondJson } from "./respond.ts"
import { readUpload } from "./upload.ts"

/** A stored file on the wire. All can be downloaded: they are the caller's own, on the caller's own machine. */
const fileBody = (file: StoredFile): AnthropicFile => ({
  id: file.id,
  type: "file",
  filename: file.filename,
  mime_type: file.mimeType,
  size_bytes: file.sizeBytes,
  created_at: new Date(file.createdAt).toISOString(),
  expires_at: file.expiresAt === undefined ? null : new Date(file.expiresAt).toISOString(),
  downloadable: true
})

/** `POST /v1/files`. */
export const uploadFile = (requestId: string) =>
  Effect.map(readUpload, (file) => respondJson(requestId, fileBody(file)))

/**
 * `GET /v1/files`, newest first: those named by `ids[]`, else a page. Pages are told in both forms, that of the older version
 * (`has_more`, `last_id`) and that of the newer one (`next_page`, which the client hands back as `page`).
 */
export const listFiles = (requestId: string) =>
  Effect.gen(function* () {
    const { url } = yield* HttpServerRequest.HttpServerRequest
    const query = queryOf(url)
    const all = yield* (yield* FileStore).list
    const ids = [...query.getAll("ids[]"), ...query.getAll("ids")]
    if (ids.length > 0) {
      const named = all.filter(({ id }) => ids.includes(id)).map(fileBody)
      return respondJson(requestId, { ...pageBody(named, false), next_page: null })
    }
    const cursor = query.get("page")
    if (cursor !== null) query.set("after_id", cursor)
    const { items, hasMore } = yield* Effect.fromResult(
      Result.flatMap(readPageQuery(query), (page) => pageOf(all, page))
    )
    const page = pageBody(items.map(fileBody), hasMore)
    return respondJson(requestId, { ...page, next_page: hasMore ? page.last_id : null })
  })

/** `GET /v1/files/{id}`. */
export const getFile = (requestId: string, id: string) =>
  Effect.gen(function* () {
    return respondJson(requestId, fileBody(yield* (yield* FileStore).get(id)))
  })

/** `DELETE /v1/files/{id}`. */
export const deleteFile = (requestId: string, id: string) =>
  Effect.gen(function* () {
    yield* (yield* FileStore).remove(id)
    return respondJson(requestId, { id, type: "file_deleted" })
  })

/** `GET /v1/files/{id}/content`: the bytes as they were uploaded. */
export const fileContent = (requestId: string, id: string) =>
  Effect.gen(function* () {
    const store = yield* FileStore
    const file = yield* store.get(id)
    return HttpServerResponse.stream(store.content(file), {
      headers: {
        ...baseHeaders(requestId),
        "content-type": file.mimeType,
        "content-length": String(file.sizeBytes),
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`,
        "x-content-type-options": "nosniff"
      }
    })
  })
