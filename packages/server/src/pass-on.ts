import { withoutToken } from "@pensieve/auth"
import { type PassedAnswer, type PassThrough, Wiretap } from "@pensieve/backends"
import type { PensieveError } from "@pensieve/errors"
import { isJsonObject } from "@pensieve/models"
import { Effect, Exit, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { routeHeader } from "./answer-headers.ts"
import type { Asked } from "./exchange/exchange-log.ts"
import { Exchanges } from "./exchange/exchanges.ts"
import { withOwnFiles } from "./own-files.ts"
import { isEventStream, passedBytes } from "./passed-bytes.ts"
import { ServerPolicy } from "./policy.ts"
import { type JsonText, readJson } from "./read-body.ts"
import { pathOf } from "./route.ts"
import { Stopping } from "./stopping.ts"
import type { Routed } from "./route-request.ts"

/** A request that is passed on. */
interface Passing {
  readonly passThrough: PassThrough
  /** Its body, where it was read already. */
  readonly sent?: JsonText
  /** How it was routed, where there was something to choose. */
  readonly routed?: Routed
  /** Headers of our own for the answer. */
  readonly own?: Readonly<Record<string, string>>
}

/** A request of an Anthropic client, passed on to a server that speaks its API; the answer goes back as it comes. */
export const passOn = (requestId: string, { passThrough, sent, routed, own = {} }: Passing) =>
  Effect.gen(function* () {
    const { method, url, headers } = yield* HttpServerRequest.HttpServerRequest
    const { token } = yield* ServerPolicy
    const at = url.indexOf("?")
    const passed = yield* passThrough({
      method: method === "POST" ? "POST" : "GET",
      path: pathOf(url) + (at === -1 ? "" : url.slice(at)),
      headers: withoutToken(headers, token),
      ...(method === "POST" ? { body: yield* withOwnFiles(sent ?? (yield* readJson)) } : {})
    })
    return respondPassed(requestId, passed, {
      ...(routed === undefined ? {} : routeHeader(routed.describe())),
      ...own
    })
  })

/** The same for a request that a model answers: its tokens and its end are read beside the bytes, for the log. */
export const passOnMessage = (requestId: string, passing: Passing) =>
  Effect.gen(function* () {
    const { passThrough, routed } = passing
    const { signal } = yield* Stopping
    const exchanges = yield* Exchanges
    const logged: PassThrough = (request) =>
      Effect.gen(function* () {
        const open = yield* exchanges.begin({
          requestId,
          dialect: "anthropic",
          asked: routed?.conversation ?? askedOf(request.body?.body),
          client: { path: request.path, headers: request.headers, body: request.body?.body },
          ...(routed === undefined ? {} : { route: routed.describe, decision: routed.decision })
        })
        const end = (exit: Exit.Exit<unknown, PensieveError>) => {
          routed?.remember(open.usage())
          return open.end(exit)
        }
        const passed = yield* Effect.raceFirst(passThrough(request), signal).pipe(
          Effect.provideService(Wiretap, open.tap),
          Effect.onExit((exit) => (Exit.isFailure(exit) ? end(exit) : Effect.void))
        )
        const untilTheEnd = { ...passed, bytes: Stream.interruptWhen(passed.bytes, signal) }
        return { ...passed, bytes: passedBytes(requestId, untilTheEnd, open, end) }
      })
    return yield* passOn(requestId, { ...passing, passThrough: logged, own: { "x-pensieve-cache": "bypass" } })
  })

/** What the log says of a request that nobody decodes. */
const askedOf = (body: unknown): Asked => ({
  model: isJsonObject(body) && typeof body["model"] === "string" ? body["model"] : "",
  hints: { requestClass: "passed" },
  notices: []
})

/** The upstream's own status and headers; an id of ours where it gave none. */
const respondPassed = (
  requestId: string,
  { status, headers, bytes }: PassedAnswer,
  own: Readonly<Record<string, string>>
): HttpServerResponse.HttpServerResponse => {
  const { "content-type": contentType, "content-length": length, ...others } = headers
  return HttpServerResponse.stream(bytes, {
    status,
    headers: { "request-id": requestId, "x-request-id": others["request-id"] ?? requestId, ...others, ...own },
    ...(contentType === undefined ? {} : { contentType }),
    ...(length === undefined || isEventStream(headers) ? {} : { contentLength: Number(length) })
  })
}
