import { checkGate, makeFailedAttempts } from "@pensieve/auth"
import { type AuthenticationFailed, type InvalidRequest, type PermissionDenied, RateLimited } from "@pensieve/errors"
import { Clock, Effect, Option, Result } from "effect"
import type { HttpServerRequest } from "effect/http"
import { IncomingMessage } from "node:http"
import type { ServerPolicy } from "./policy.ts"

type Refusal = AuthenticationFailed | InvalidRequest | PermissionDenied | RateLimited

/** Why a request may not pass; undefined where it may. */
export type PassGate = (
  request: HttpServerRequest.HttpServerRequest,
  path: string,
  policy: ServerPolicy["Service"]
) => Effect.Effect<never, Refusal> | undefined

/**
 * Makes the gate that every request passes before anything else. Who keeps sending wrong credentials is told to slow down; who sends the right
 * one is never kept waiting by another's mistakes.
 */
export const makeGate = (hosts: ReadonlyArray<string>): PassGate => {
  const attempts = makeFailedAttempts()
  return (request, path, { token, tokenRequired = true }) => {
    const { method, url, headers } = request
    const checked = checkGate({ method, path, headers, url, names: namesOf(request) }, { token, tokenRequired, hosts })
    if (Result.isSuccess(checked)) return undefined
    const refusal = checked.failure
    if (refusal._tag !== "AuthenticationFailed") return Effect.fail(refusal)
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const address = Option.getOrElse(request.remoteAddress, () => "")
      const wait = attempts.failed(address, now)
      return Effect.fail(wait === undefined ? refusal : tooOften(wait))
    })
  }
}

const tooOften = (seconds: number): RateLimited =>
  new RateLimited({
    message: `The token was missing or wrong too often. Send the one in PENSIEVE_HOME/token; the next try is looked at in ${seconds} s.`,
    retryAfterSeconds: seconds
  })

/** Headers as they came: `headers` holds each name once. */
const namesOf = ({ source }: HttpServerRequest.HttpServerRequest): ReadonlyArray<string> =>
  source instanceof IncomingMessage ? source.rawHeaders.filter((_, index) => index % 2 === 0) : []
