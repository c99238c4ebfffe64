import { type BackendError, BackendTimeout, BackendUnavailable, withMessage } from "@pensieve/errors"
import { Effect } from "effect"
import type { HttpUpstream } from "./http-upstream.ts"
import { redactKeys } from "./redact-keys.ts"
import { faultError } from "./upstream-fault.ts"

/** A list of models may be long: some services have hundreds, each with a page about it. */
export const listBytes = 8 * 1024 * 1024
/** A server that does not list its models within this time is busy, or no such server. */
export const lookPatience = "5 seconds"

/** What a server said when it was looked at. */
export interface LookedAt {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly body: unknown
}

/** Whatever keeps a server from telling its models keeps it from answering; the remedy is in the words. */
export const notNow = (error: BackendError, keys: ReadonlyArray<string>): Effect.Effect<never, BackendError> => {
  const message = redactKeys(error.message, keys)
  return Effect.fail(
    error._tag === "AuthenticationFailed" && keys.length === 0
      ? withMessage(error, `The upstream wants a key; put it into PENSIEVE_UPSTREAM_KEY. ${message}`)
      : error._tag === "BackendFailed"
        ? new BackendUnavailable({ message })
        : withMessage(error, message)
  )
}

/** Asks a server for JSON, of any status; `body` is undefined where it is none. */
export const getJson = (
  upstream: HttpUpstream,
  path: string,
  headers: Readonly<Record<string, string>>
): Effect.Effect<LookedAt, BackendError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const response = yield* upstream.send({ method: "GET", path, headers })
      const text = yield* response.text(listBytes)
      return { status: response.status, headers: response.headers, text, body: parsedJson(text) }
    })
  ).pipe(
    Effect.mapError((fault) => faultError(fault, false)),
    Effect.timeoutOrElse({
      duration: lookPatience,
      orElse: () =>
        Effect.fail(
          new BackendTimeout({
            message: `The upstream server at ${upstream.server} does not tell its models within ${lookPatience}. See whether it is busy or stuck.`
          })
        )
    })
  )

/** The value of a JSON text, or undefined. */
export const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
