import type { Notice } from "@pensieve/models"
import { anthropic } from "@pensieve/translator"
import { Effect } from "effect"
import { HttpServerRequest } from "effect/http"
import { noticeHeader } from "./answer-headers.ts"
import { scaledNotice, scaledTokens, windowScale } from "./context/scale-window.ts"
import { windowOf } from "./context/window-of.ts"
import { passOn } from "./pass-on.ts"
import { readJson } from "./read-body.ts"
import { resolveFiles } from "./resolve-files.ts"
import { respondJson } from "./respond.ts"
import { pathOf } from "./route.ts"
import { routeRequest } from "./route-request.ts"
import { onlyPassThrough, Routing } from "./routing.ts"

const estimatedNotice: Notice = {
  code: "token-count-estimated",
  message: "The backend does not count tokens; the number is an estimate."
}

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
    const window = yield* windowOf(backend, routed.decision, conversation)
    const scale = windowScale(window, routed.context.scaleWindowTo)
    return respondJson(
      requestId,
      anthropic.encodeCount(scaledTokens(tokens, scale)),
      noticeHeader([...(estimatesTokens ? [estimatedNotice] : []), ...(scale === undefined ? [] : [scaledNotice])])
    )
  })
