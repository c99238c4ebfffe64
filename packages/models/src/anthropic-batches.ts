/**
 * The Message Batches and Files APIs on the wire.
 *
 * @see https://platform.claude.com/docs/en/api/messages/batches, and the types of the official SDK
 */
import { Schema } from "effect"
import type { AnthropicErrorBody, AnthropicMessage } from "./anthropic.ts"
import { isJsonObject, type JsonObject } from "./json.ts"

const customIdPattern = /^[a-zA-Z0-9_-]{1,64}$/

const mostRequests = 100_000

/** Body of `POST /v1/messages/batches`. `params` are looked at when their turn comes, and what is wrong with them is their result. */
export const AnthropicBatchBody = Schema.Struct({
  requests: Schema.Array(
    Schema.Struct({
      custom_id: Schema.String.check(
        Schema.isPattern(customIdPattern, { message: `String should match pattern '${customIdPattern.source}'` })
      ),
      params: Schema.declare<JsonObject>(isJsonObject, { message: "Input should be a valid dictionary" })
    })
  ).check(
    Schema.isMinLength(1, { message: "List should have at least 1 item" }),
    Schema.isMaxLength(mostRequests, { message: `List should have at most ${mostRequests} items` })
  )
})

/** How the requests of a batch stand. All are `processing` until the whole batch has ended. */
export interface AnthropicBatchCounts {
  readonly processing: number
  readonly succeeded: number
  readonly errored: number
  readonly canceled: number
  readonly expired: number
}

/** A batch. Times are RFC 3339. */
export interface AnthropicBatch {
  readonly id: string
  readonly type: "message_batch"
  readonly processing_status: "in_progress" | "canceling" | "ended"
  readonly request_counts: AnthropicBatchCounts
  readonly created_at: string
  readonly expires_at: string
  readonly ended_at: string | null
  readonly cancel_initiated_at: string | null
  readonly archived_at: string | null
  readonly results_url: string | null
}

/** What came of one request of a batch. */
export type AnthropicBatchOutcome =
  | { readonly type: "succeeded"; readonly message: AnthropicMessage }
  | { readonly type: "errored"; readonly error: AnthropicErrorBody }
  | { readonly type: "canceled" }
  | { readonly type: "expired" }

/** What is told of a stored file. Times are RFC 3339. */
export interface AnthropicFile {
  readonly id: string
  readonly type: "file"
  readonly filename: string
  readonly mime_type: string
  readonly size_bytes: number
  readonly created_at: string
  readonly expires_at: string | null
  readonly downloadable: boolean
}
