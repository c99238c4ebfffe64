import { checkGate, loopbackHosts } from "@pensieve/auth"
import type { Backend } from "@pensieve/backends"
import type { PensieveError } from "@pensieve/errors"
import { Cause, Effect, type Scope } from "effect"
import { HttpServerRequest, type HttpServerResponse } from "effect/http"
import { answer } from "./answer.ts"
import { anthropicDialect, type Dialect, dialectOf, openaiChatDialect, openaiResponsesDialect } from "./dialect.ts"
import { tellable } from "./failure-event.ts"
import { ServerPolicy } from "./policy.ts"
import { makeId } from "./request-id.ts"
import { respondEmpty, respondError } from "./respond.ts"
import { pathOf, routeOf } from "./route.ts"
import { countTokens, health, model, models } from "./routes.ts"

type Requirements = Backend | ServerPolicy | HttpServerRequest.HttpServerRequest | Scope.Scope

/**
 * The gate, then the route. Never fails: what is wrong becomes an answer in the caller's dialect.
 *
 * The HTTP server runs handlers uninterruptibly; this one may be interrupted, so that a client that goes away stops the work.
 */
export const app = (port: number): Effect.Effect<HttpServerResponse.HttpServerResponse, never, Requirements> => {
  const hosts = loopbackHosts(port)
  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const requestId = makeId("req_")
    const dialect = dialectOf(pathOf(request.url), request.headers)
    return yield* Effect.catchCause(Effect.interruptible(handle(requestId, dialect, hosts)), (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.map(tellable(cause, requestId), (error) => respondError(requestId, dialect, error))
    )
  })
}

const handle = (
  requestId: string,
  dialect: Dialect,
  hosts: ReadonlyArray<string>
): Effect.Effect<HttpServerResponse.HttpServerResponse, PensieveError, Requirements> =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { token } = yield* ServerPolicy
    const path = pathOf(request.url)
    yield* Effect.fromResult(checkGate({ method: request.method, path, headers: request.headers }, { token, hosts }))
    const route = yield* Effect.fromResult(routeOf(request.method, path))
    switch (route.name) {
      case "health":
        return yield* health(requestId)
      case "hello":
        return respondEmpty(requestId)
      case "messages":
        return yield* answer(requestId, anthropicDialect)
      case "chat-completions":
        return yield* answer(requestId, openaiChatDialect)
      case "responses":
        return yield* answer(requestId, openaiResponsesDialect)
      case "count-tokens":
        return yield* countTokens(requestId)
      case "models":
        return yield* models(requestId, dialect)
      case "model":
        return yield* model(requestId, route.id, dialect)
    }
  })
