import type { PensieveError } from "./errors.ts"

/** How one kind of error looks on every wire. */
export interface ErrorRow {
  /** HTTP status. */
  readonly status: number
  /** `error.type` of the Anthropic API. */
  readonly anthropicType: string
  /** `error.type` of the OpenAI API. */
  readonly openaiType: string
  /** `error.code` of the OpenAI API. */
  readonly openaiCode: string | null
  /** Whether a client should try the same request again: sent as `x-should-retry`. */
  readonly retryable: boolean
}

const row = (
  status: number,
  anthropicType: string,
  openaiType: string,
  openaiCode: string | null,
  retryable: boolean
): ErrorRow => ({ status, anthropicType, openaiType, openaiCode, retryable })

/**
 * The one place that says how an error is told to a client.
 *
 * @see wire contract, section 5 (Anthropic) and section 8 (OpenAI)
 */
export const errorTable: Readonly<Record<PensieveError["_tag"], ErrorRow>> = {
  InvalidRequest: row(400, "invalid_request_error", "invalid_request_error", null, false),
  PromptTooLong: row(400, "invalid_request_error", "invalid_request_error", "context_length_exceeded", false),
  AuthenticationFailed: row(401, "authentication_error", "invalid_request_error", "invalid_api_key", false),
  PaymentRequired: row(402, "billing_error", "insufficient_quota", "insufficient_quota", false),
  PermissionDenied: row(403, "permission_error", "invalid_request_error", "permission_denied", false),
  NotFound: row(404, "not_found_error", "invalid_request_error", "not_found", false),
  MethodNotAllowed: row(405, "invalid_request_error", "invalid_request_error", "method_not_allowed", false),
  RequestTooLarge: row(413, "request_too_large", "invalid_request_error", "request_too_large", false),
  RateLimited: row(429, "rate_limit_error", "rate_limit_error", "rate_limit_exceeded", true),
  InternalError: row(500, "api_error", "server_error", "internal_error", false),
  BackendFailed: row(500, "api_error", "server_error", "backend_failed", true),
  UpstreamFailed: row(502, "api_error", "server_error", "upstream_failed", true),
  BackendUnavailable: row(503, "api_error", "server_error", "backend_unavailable", true),
  BackendTimeout: row(504, "timeout_error", "server_error", "timeout", true),
  Overloaded: row(529, "overloaded_error", "server_error", "overloaded", true)
}

/** The row of an error. */
export const errorRow = (error: PensieveError): ErrorRow => errorTable[error._tag]

/** Seconds for the `retry-after` header, whole and at most 60 (Claude Code stops retrying at once above that), or undefined. */
export const retryAfterSeconds = (error: PensieveError): number | undefined =>
  "retryAfterSeconds" in error && error.retryAfterSeconds !== undefined
    ? Math.min(60, Math.max(1, Math.ceil(error.retryAfterSeconds)))
    : undefined

/** The code that the official SDK tells the error's subclass by, or undefined. */
export const errorDetailCode = (error: PensieveError): string | undefined =>
  "detailCode" in error ? error.detailCode : undefined

/** The dotted path of the field an error is about, or undefined. */
export const errorField = (error: PensieveError): string | undefined => ("field" in error ? error.field : undefined)
