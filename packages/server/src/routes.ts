import { Backend } from "@pensieve/backends"
import { anthropic, openaiChat } from "@pensieve/translator"
import { Effect } from "effect"
import { HttpServerRequest } from "effect/http"
import { anthropicDialect, type Dialect } from "./dialect.ts"
import { pageOf, queryOf, readPageQuery } from "./page.ts"
import { passOn } from "./pass-on.ts"
import { readJsonBody } from "./read-body.ts"
import { resolveFiles } from "./resolve-files.ts"
import { respondJson } from "./respond.ts"

/** `POST /v1/messages/count_tokens`. */
export const countTokens = (requestId: string) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const backend = yield* Backend
    if (backend.passThrough !== undefined) return yield* passOn(requestId, backend.passThrough)
    const body = yield* readJsonBody
    const decoded = yield* Effect.fromResult(anthropic.decodeCountRequest(body, { headers: request.headers }))
    const conversation = yield* resolveFiles(decoded)
    const { estimatesTokens = false } = yield* backend.capabilities
    const tokens = yield* backend.countTokens(conversation)
    return respondJson(
      requestId,
      anthropic.encodeCount(tokens),
      estimatesTokens ? { "x-pensieve-notices": "token-count-estimated" } : {}
    )
  })

/** One model, as it is told to clients. Every other id is answered by it as well. */
const modelEntry = (id: string, name: string, window: number | undefined) => ({
  id,
  displayName: id === name ? name : `${id} (${name})`,
  createdAt: "2026-01-01T00:00:00Z",
  ...(window === undefined ? {} : { window })
})

/** `GET /v1/models`, in the shape of the caller's API. */
export const models = (requestId: string, dialect: Dialect) =>
  Effect.gen(function* () {
    const backend = yield* Backend
    if (dialect === anthropicDialect && backend.passThrough !== undefined)
      return yield* passOn(requestId, backend.passThrough)
    const { modelName, window, models: all = [{ id: modelName, window }] } = yield* backend.capabilities
    const entries = all.map((one) => modelEntry(one.id, one.id, one.window))
    if (dialect !== anthropicDialect) return respondJson(requestId, openaiChat.encodeModels(entries))
    const { url } = yield* HttpServerRequest.HttpServerRequest
    const query = yield* Effect.fromResult(readPageQuery(queryOf(url)))
    const { items, hasMore } = yield* Effect.fromResult(pageOf(entries, query))
    return respondJson(requestId, anthropic.encodeModels(items, hasMore))
  })

/** `GET /v1/models/{id}`: every id is answered by the loaded model, so every id is a model. */
export const model = (requestId: string, id: string, dialect: Dialect) =>
  Effect.gen(function* () {
    const backend = yield* Backend
    if (dialect === anthropicDialect && backend.passThrough !== undefined)
      return yield* passOn(requestId, backend.passThrough)
    const { modelName, window, models: all = [] } = yield* backend.capabilities
    const own = all.find((one) => one.id === id)
    const entry = own === undefined ? modelEntry(id, modelName, window) : modelEntry(id, id, own.window)
    return respondJson(
      requestId,
      dialect === anthropicDialect ? anthropic.encodeModel(entry) : openaiChat.encodeModel(entry)
    )
  })
