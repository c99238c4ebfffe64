import { errorRow, type PensieveError, retryAfterSeconds } from "@pensieve/errors"
import { HttpServerResponse } from "effect/http"
import type { Dialect } from "./dialect.ts"

/** Headers of every answer. */
export const baseHeaders = (requestId: string): Record<string, string> => ({
  "request-id": requestId,
  "x-request-id": requestId,
  "cache-control": "no-store"
})

/** A JSON answer. */
export const respondJson = (
  requestId: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  status = 200
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(JSON.stringify(body), {
    status,
    contentType: "application/json",
    headers: { ...baseHeaders(requestId), ...headers }
  })

/** An empty answer. */
export const respondEmpty = (requestId: string, status = 200): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({ status, headers: baseHeaders(requestId) })

/** Headers of an event stream: nothing between here and the client may hold it back. */
export const streamHeaders = (requestId: string): Record<string, string> => ({
  ...baseHeaders(requestId),
  "content-type": "text/event-stream; charset=utf-8",
  "x-accel-buffering": "no"
})

/** An error as the caller expects it. */
export const respondError = (
  requestId: string,
  dialect: Dialect,
  error: PensieveError
): HttpServerResponse.HttpServerResponse => {
  const { status, retryable } = errorRow(error)
  const wait = retryAfterSeconds(error)
  return respondJson(
    requestId,
    dialect.errorBody(error, requestId),
    {
      "x-should-retry": String(retryable),
      ...(wait === undefined ? {} : { "retry-after": String(wait) }),
      ...(error._tag === "MethodNotAllowed" ? { allow: error.allow } : {})
    },
    status
  )
}
