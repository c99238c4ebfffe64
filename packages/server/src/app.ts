import { hostsNamed, loopbackHosts } from "@pensieve/auth"
import { NotFound, type PensieveError } from "@pensieve/errors"
import { Cause, Effect, Result, type Scope } from "effect"
import { HttpServerRequest, type HttpServerResponse } from "effect/http"
import type { Activity } from "./activity.ts"
import { answer } from "./answer.ts"
import { batchResults, cancelBatch, createBatch, deleteBatch, getBatch, listBatches } from "./batches.ts"
import { anthropicDialect, type Dialect, dialectOf, openaiChatDialect, openaiResponsesDialect } from "./dialect.ts"
import type { Exchanges } from "./exchange/exchanges.ts"
import { tellable } from "./failure-event.ts"
import { deleteFile, fileContent, getFile, listFiles, uploadFile } from "./files.ts"
import type { LastTurns } from "./last-turns.ts"
import { ServerPolicy } from "./policy.ts"
import { type BatchStore, type FileStore, makeId } from "@pensieve/operations"
import { respondEmpty, respondError } from "./respond.ts"
import { health } from "./health.ts"
import { makeGate, type PassGate } from "./pass-gate.ts"
import { metrics } from "./metrics.ts"
import { pathOf, routeOf } from "./route.ts"
import { model, models } from "./routes.ts"
import type { Routing } from "./routing.ts"
import type { Stopping } from "./stopping.ts"
import { countTokens } from "./count-tokens.ts"

type Requirements =
  | Activity
  | Exchanges
  | LastTurns
  | Routing
  | BatchStore
  | FileStore
  | ServerPolicy
  | Stopping
  | HttpServerRequest.HttpServerRequest
  | Scope.Scope

/**
 * The gate, then the route. Never fails: what is wrong becomes an answer in the caller's dialect.
 *
 * The HTTP server runs handlers uninterruptibly; this one may be interrupted, so that a client that goes away stops the work.
 */
export const app = (port: number): Effect.Effect<HttpServerResponse.HttpServerResponse, never, Requirements> => {
  let gate: PassGate | undefined
  return Effect.gen(function* () {
    const policy = yield* ServerPolicy
    gate ??= makeGate([...loopbackHosts(port), ...(policy.hosts ?? []).flatMap((host) => hostsNamed(host, port))])
    const request = yield* HttpServerRequest.HttpServerRequest
    const requestId = makeId("req_")
    const path = pathOf(request.url)
    const dialect = dialectOf(path, request.headers)
    const refusal = gate(request, path, policy)
    const handled = refusal ?? handle({ requestId, dialect, port, method: request.method, path })
    return yield* Effect.catchCause(Effect.interruptible(handled), (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.map(tellable(cause, requestId), (error) => respondError(requestId, dialect, error))
    )
  })
}

/** A request that has passed the gate. */
interface Passed {
  readonly requestId: string
  readonly dialect: Dialect
  readonly port: number
  readonly method: string
  readonly path: string
}

const handle = ({
  requestId,
  dialect,
  port,
  method,
  path
}: Passed): Effect.Effect<HttpServerResponse.HttpServerResponse, PensieveError, Requirements> =>
  Effect.gen(function* () {
    const found = routeOf(method, path)
    if (Result.isFailure(found)) return yield* found.failure
    const route = found.success
    if (dialect !== anthropicDialect && path.startsWith("/v1/files")) return yield* filesElsewhere
    switch (route.name) {
      case "health":
        return yield* health(requestId, port)
      case "metrics":
        return yield* metrics(requestId)
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
      case "create-batch":
        return yield* createBatch(requestId)
      case "list-batches":
        return yield* listBatches(requestId)
      case "upload-file":
        return yield* uploadFile(requestId)
      case "list-files":
        return yield* listFiles(requestId)
      default:
        return yield* withId[route.name](requestId, route.id, dialect)
    }
  })

/** OpenAI's clients expect other shapes at the same paths. */
const filesElsewhere = new NotFound({
  message:
    "OpenAI's files are not served; send the content within the request. Anthropic's are, to callers with `anthropic-version`."
})

/** What answers a path with an id. */
const withId = {
  model,
  "get-batch": getBatch,
  "cancel-batch": cancelBatch,
  "delete-batch": deleteBatch,
  "batch-results": batchResults,
  "get-file": getFile,
  "delete-file": deleteFile,
  "file-content": fileContent
}
