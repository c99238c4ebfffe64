import { type BackendError, UpstreamFailed } from "@pensieve/errors"
import { anthropic } from "@pensieve/translator"
import { Effect, type Scope, Stream } from "effect"
import type { PassedAnswer, PassedRequest } from "../backend.ts"
import { logNotices } from "../log-notices.ts"
import type { UpstreamResponse } from "../upstream/http-upstream.ts"
import { parsedJson } from "../upstream/look.ts"
import { redactKeys } from "../upstream/redact-keys.ts"
import { retryAfterOf } from "../upstream/retry-after.ts"
import { faultError, isGone } from "../upstream/upstream-fault.ts"
import { passedKeyHeaders } from "./credentials.ts"
import { forwardedToClient, forwardedToUpstream } from "./forward-headers.ts"
import { type Calling, keysIn } from "./upstream-call.ts"
import { faultFailure } from "./upstream-failure.ts"

type Passed = Effect.Effect<PassedAnswer, BackendError, Scope.Scope>

/** Passes a request of Anthropic's API on: the body as it is but for the model's name, the headers but for those of this connection. */
export const passOn = (calling: Calling, request: PassedRequest): Passed =>
  Effect.gen(function* () {
    const { upstream, lose, base, model, key, keyFrom, extraHeaders } = calling
    const credentials = yield* passedKeyHeaders(keyFrom, key, request.headers)
    const headers = { ...forwardedToUpstream(request.headers), ...credentials, ...extraHeaders }
    const passed = request.body === undefined ? undefined : anthropic.passText(request.body, request.model ?? model)
    if (passed !== undefined) yield* logNotices(passed.notices)
    const response = yield* upstream
      .send({
        method: request.method,
        path: base + request.path,
        headers,
        ...(passed === undefined ? {} : { body: passed.text })
      })
      .pipe(
        Effect.tapError((fault) => (isGone(fault) ? lose(faultError(fault, false)) : Effect.void)),
        Effect.mapError((fault) => faultFailure(fault, false))
      )
    if (response.status >= 300 && response.status < 400) return yield* redirects(response)
    return response.status >= 400 ? yield* refusal(response, keysIn(credentials, extraHeaders)) : answerOf(response)
  })

const answerOf = ({ status, headers, bytes, complete }: UpstreamResponse): PassedAnswer => ({
  status,
  headers: forwardedToClient(headers),
  bytes: Stream.concat(
    Stream.mapError(bytes, (fault) => faultFailure(fault, true)),
    Stream.drain(Stream.fromEffect(complete))
  )
})

/** A client that followed would send its token elsewhere. */
const redirects = ({ status, headers }: UpstreamResponse) =>
  Effect.fail(
    new UpstreamFailed({
      message: `The upstream answers with status ${status} that it is elsewhere (${headers["location"] ?? "no place named"}). Give that address with --upstream.`,
      unreachable: false
    })
  )

/** An error of the API goes back as it is; a page of something in between, or a key, does not. */
const refusal = (response: UpstreamResponse, keys: ReadonlyArray<string>): Effect.Effect<PassedAnswer> =>
  Effect.map(response.text(), (text) => {
    const { status } = response
    const { "content-length": _, "content-encoding": __, ...headers } = forwardedToClient(response.headers)
    const clean = redactKeys(text, keys)
    const body =
      parsedJson(text) === undefined ? ownWords(status, clean, retryAfterOf(response.headers, Date.now())) : clean
    return {
      status,
      headers: { ...headers, "content-type": "application/json" },
      bytes: Stream.succeed(Buffer.from(body))
    }
  })

const ownWords = (status: number, text: string, waitSeconds: number | undefined): string => {
  const error = anthropic.decodeError(status, text, waitSeconds)
  return JSON.stringify({ type: "error", error: anthropic.encodeError(error, "").body.error })
}
