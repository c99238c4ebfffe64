import { Schema } from "effect"

/** How the requests of a batch ended. */
export const BatchCounts = Schema.Struct({
  succeeded: Schema.Int,
  errored: Schema.Int,
  canceled: Schema.Int,
  expired: Schema.Int
})
export type BatchCounts = typeof BatchCounts.Type

/** What is kept of a batch besides its requests and results. Times are milliseconds since 1970. */
export const Batch = Schema.Struct({
  id: Schema.String,
  createdAt: Schema.Int,
  /** Number of its requests. */
  size: Schema.Int,
  /** Headers of the request that made it, as far as they say how its requests are to be read. */
  headers: Schema.Record(Schema.String, Schema.String),
  cancelInitiatedAt: Schema.optionalKey(Schema.Int),
  endedAt: Schema.optionalKey(Schema.Int),
  /** Present when it ended. */
  counts: Schema.optionalKey(BatchCounts)
})
export type Batch = typeof Batch.Type

/** One request of a batch; `params` is the body of a request for a message, not looked at yet. */
export const BatchRequest = Schema.Struct({ customId: Schema.String, params: Schema.Unknown })
export type BatchRequest = typeof BatchRequest.Type

const hour = 3_600_000

/** When processing of a batch ends at the latest. @see the SDK's `MessageBatch.expires_at`: 24 hours after creation */
export const expiresAt = (batch: Batch): number => batch.createdAt + 24 * hour

/** When its results are removed. @see https://platform.claude.com/docs/en/build-with-claude/batch-processing: 29 days after creation */
export const archivedAt = (batch: Batch): number => batch.createdAt + 29 * 24 * hour

/** How far a batch is. */
export const processingStatus = (batch: Batch): "in_progress" | "canceling" | "ended" => {
  if (batch.endedAt !== undefined) return "ended"
  return batch.cancelInitiatedAt === undefined ? "in_progress" : "canceling"
}

/** One line of the results: which request, and what came of it, as on the wire. */
export const BatchResult = Schema.Struct({
  custom_id: Schema.String,
  result: Schema.Struct({
    type: Schema.Literals(["succeeded", "errored", "canceled", "expired"]),
    message: Schema.optionalKey(Schema.Unknown),
    error: Schema.optionalKey(Schema.Unknown)
  })
})
export type BatchResult = typeof BatchResult.Type
