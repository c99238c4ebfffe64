import type { BackendStatus } from "@pensieve/backends"
import { anthropic, openaiChat } from "@pensieve/translator"
import { Effect } from "effect"
import { HttpServerRequest } from "effect/http"
import { anthropicDialect, type Dialect } from "./dialect.ts"
import { listedModel, listedModels } from "./listed-models.ts"
import { ServerPolicy } from "./policy.ts"
import { pageOf, queryOf, readPageQuery } from "./page.ts"
import { passOn } from "./pass-on.ts"
import { respondJson } from "./respond.ts"
import { byName } from "./route-request.ts"
import { type Arrangement, onlyPassThrough, Routing } from "./routing.ts"

/** `GET /health`: 200 `healthy`, or 503 with what is going on. Tells nothing a stranger should not know. */
export const health = (requestId: string) =>
  Effect.gen(function* () {
    const { version } = yield* ServerPolicy
    const status = yield* statusOf(yield* (yield* Routing).current)
    return status === "ready"
      ? respondJson(requestId, { status: "healthy", version })
      : respondJson(requestId, { status: status === "starting" ? "starting" : "unhealthy", version }, {}, 503)
  })

/** How those are who answer where no rule says otherwise: one that is ready is enough. */
const statusOf = (arrangement: Arrangement): Effect.Effect<BackendStatus["status"]> =>
  Effect.gen(function* () {
    const targets = byName(arrangement, "").decision.stages.flat()
    const members = [...new Set(targets.map(({ backend }) => arrangement.pool.member(backend)))]
    const found = yield* Effect.forEach(
      members,
      (member) =>
        member === undefined ? Effect.succeed("failed") : Effect.map(member.backend.status, ({ status }) => status),
      { concurrency: "unbounded" }
    )
    return found.includes("ready") ? "ready" : found.includes("starting") ? "starting" : "failed"
  })

/** `GET /v1/models`, in the shape of the caller's API. */
export const models = (requestId: string, dialect: Dialect) =>
  Effect.gen(function* () {
    const arrangement = yield* (yield* Routing).current
    const only = onlyPassThrough(arrangement)
    if (dialect === anthropicDialect && only !== undefined) return yield* passOn(requestId, { passThrough: only })
    const entries = yield* listedModels(arrangement)
    if (dialect !== anthropicDialect) return respondJson(requestId, openaiChat.encodeModels(entries))
    const { url } = yield* HttpServerRequest.HttpServerRequest
    const query = yield* Effect.fromResult(readPageQuery(queryOf(url)))
    const { items, hasMore } = yield* Effect.fromResult(pageOf(entries, query))
    return respondJson(requestId, anthropic.encodeModels(items, hasMore))
  })

/** `GET /v1/models/{id}`: every id is answered, so every id is a model. */
export const model = (requestId: string, id: string, dialect: Dialect) =>
  Effect.gen(function* () {
    const arrangement = yield* (yield* Routing).current
    const only = onlyPassThrough(arrangement)
    if (dialect === anthropicDialect && only !== undefined) return yield* passOn(requestId, { passThrough: only })
    const entry = yield* listedModel(arrangement, id)
    return respondJson(
      requestId,
      dialect === anthropicDialect ? anthropic.encodeModel(entry) : openaiChat.encodeModel(entry)
    )
  })
