import type { AnthropicBatch } from "@pensieve/models"
import { archivedAt, type Batch, BatchStore, expiresAt, processingStatus } from "@pensieve/operations"
import { anthropic } from "@pensieve/translator"
import { Clock, Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { pageBody, pageOf, queryOf, readPageQuery } from "./page.ts"
import { readJsonBody } from "./read-body.ts"
import { respondJson, streamHeaders } from "./respond.ts"

const time = (milliseconds: number): string => new Date(milliseconds).toISOString()
const timeOrNull = (milliseconds: number | undefined): string | null =>
  milliseconds === undefined ? null : time(milliseconds)

/**
 * A batch on the wire.
 *
 * @param now milliseconds since 1970
 * @param host the name under which the caller reached us
 */
const batchBody = (batch: Batch, now: number, host: string): AnthropicBatch => {
  const { id, size, createdAt, endedAt, cancelInitiatedAt, counts } = batch
  const archived = archivedAt(batch) <= now
  return {
    id,
    type: "message_batch",
    processing_status: processingStatus(batch),
    request_counts:
      counts === undefined
        ? { processing: size, succeeded: 0, errored: 0, canceled: 0, expired: 0 }
        : { processing: 0, ...counts },
    created_at: time(createdAt),
    expires_at: time(expiresAt(batch)),
    ended_at: timeOrNull(endedAt),
    cancel_initiated_at: timeOrNull(cancelInitiatedAt),
    archived_at: archived ? time(archivedAt(batch)) : null,
    results_url: endedAt === undefined || archived ? null : `http://${host}/v1/messages/batches/${id}/results`
  }
}

/** Answers with what `batchBody` needs besides the batch. */
const viewer = Effect.gen(function* () {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const now = yield* Clock.currentTimeMillis
  return (batch: Batch) => batchBody(batch, now, headers["host"] ?? "localhost")
})

/** Headers that say how the requests of a batch are to be read. */
const kept = new Set(["anthropic-version", "anthropic-beta"])

/** `POST /v1/messages/batches`. */
export const createBatch = (requestId: string) =>
  Effect.gen(function* () {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const requests = yield* Effect.fromResult(anthropic.decodeBatch(yield* readJsonBody))
    const keptHeaders = Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (kept.has(name) && value !== undefined ? [[name, value]] : []))
    )
    const batch = yield* (yield* BatchStore).create(requests, keptHeaders)
    return respondJson(requestId, (yield* viewer)(batch))
  })

/** `GET /v1/messages/batches`, newest first. */
export const listBatches = (requestId: string) =>
  Effect.gen(function* () {
    const { url } = yield* HttpServerRequest.HttpServerRequest
    const query = yield* Effect.fromResult(readPageQuery(queryOf(url)))
    const all = yield* (yield* BatchStore).list
    const { items, hasMore } = yield* Effect.fromResult(pageOf(all, query))
    return respondJson(requestId, pageBody(items.map(yield* viewer), hasMore))
  })

/** `GET /v1/messages/batches/{id}`. */
export const getBatch = (requestId: string, id: string) =>
  Effect.gen(function* () {
    const batch = yield* (yield* BatchStore).get(id)
    return respondJson(requestId, (yield* viewer)(batch))
  })

/** `POST /v1/messages/batches/{id}/cancel`. */
export const cancelBatch = (requestId: string, id: string) =>
  Effect.gen(function* () {
    const batch = yield* (yield* BatchStore).cancel(id)
    return respondJson(requestId, (yield* viewer)(batch))
  })

/** `DELETE /v1/messages/batches/{id}`. */
export const deleteBatch = (requestId: string, id: string) =>
  Effect.gen(function* () {
    yield* (yield* BatchStore).remove(id)
    return respondJson(requestId, { id, type: "message_batch_deleted" })
  })

/** `GET /v1/messages/batches/{id}/results`: a line of JSON each request. */
export const batchResults = (requestId: string, id: string) =>
  Effect.gen(function* () {
    const lines = yield* (yield* BatchStore).results(id)
    return HttpServerResponse.stream(lines, {
      headers: { ...streamHeaders(requestId), "content-type": "application/x-jsonl" }
    })
  })
