import { anthropic } from "@pensieve/translator"
import { Effect } from "effect"
import { HttpServerRequest } from "effect/http"
import { passOn } from "./pass-on.ts"
import { readJson } from "./read-body.ts"
import { resolveFiles } from "./resolve-files.ts"
import { respondJson } from "./respond.ts"
import { pathOf } from "./route.ts"
import { routeRequest } from "./route-request.ts"
import { onlyPassThrough, Routing } from "./routing.ts"

/** `POST /v1/messages/count_tokens`: counted by the backend that would answer. */
export const countTokens = (requestId: string) =>
  Effect.gen(function* () {
    const arrangement = yield* (yield* Routing).current
    const only = onlyPassThrough(arrangement)
    if (only !== undefined) return yield* passOn(requestId, { passThrough: only })
    const { headers, url } = yield* HttpServerRequest.HttpServerRequest
    const sent = yield* readJson
    const decoded = yield* Effect.fromResult(anthropic.decodeCountRequest(sent.body, { headers }))
    const request = { conversation: decoded, path: pathOf(url), headers, bodyBytes: sent.bytes }
    const routed = yield* routeRequest(arrangement, request)
    const { backend, passable } = routed
    if (passable && backend.passThrough !== undefined)
      return yield* passOn(requestId, { passThrough: backend.passThrough, sent, routed })
    const conversation = yield* resolveFiles(routed.conversation)
    const { estimatesTokens = false } = yield* backend.capabilities
    const tokens = yield* backend.countTokens(conversation)
    return respondJson(
      requestId,
      anthropic.encodeCount(tokens),
      estimatesTokens ? { "x-pensieve-notices": "token-count-estimated" } : {}
    )
  })
