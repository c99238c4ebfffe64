import { anthropic, openaiChat } from "@pensieve/translator"
import { Effect } from "effect"
import { HttpServerRequest } from "effect/http"
import { anthropicDialect, type Dialect } from "./dialect.ts"
import { listedModel, listedModels } from "./listed-models.ts"
import { pageOf, queryOf, readPageQuery } from "./page.ts"
import { passOn } from "./pass-on.ts"
import { respondJson } from "./respond.ts"
import { onlyPassThrough, Routing } from "./routing.ts"

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
