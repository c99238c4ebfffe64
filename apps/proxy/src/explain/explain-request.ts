import type { InvalidRequest } from "@pensieve/errors"
import type { Conversation } from "@pensieve/models"
import { decide, type Decision, estimateTokens, factsOf, type RoutingFacts, type RoutingRules } from "@pensieve/router"
import type { RoutingFunction } from "@pensieve/server"
import { anthropic, openaiChat, openaiResponses } from "@pensieve/translator"
import { Effect, type Result } from "effect"
import type { RecordedRequest } from "./recorded-request.ts"

/** What decides. */
export interface Deciding {
  readonly rules: RoutingRules
  readonly choose?: RoutingFunction
}

/** What was found out about one request. */
export interface Explained {
  readonly facts: RoutingFacts
  readonly decision: Decision
}

/** Decides a request as the server would, without asking anybody: the prompt's tokens are estimated from its size. */
export const explainRequest = (
  { rules, choose }: Deciding,
  request: RecordedRequest
): Effect.Effect<Explained, InvalidRequest> =>
  Effect.gen(function* () {
    const conversation = yield* Effect.fromResult(decodeRequest(request))
    const promptTokens = estimateTokens(Buffer.byteLength(JSON.stringify(request.body)))
    const plain = factsOf(
      { conversation, path: request.path, headers: request.headers },
      { promptTokens, exactTokens: false },
      { ...rules, all: choose !== undefined }
    )
    const facts = choose === undefined ? plain : { ...plain, functionAnswer: yield* choose(plain) }
    return { facts, decision: decide(facts, rules) }
  })

const decodeRequest = ({ path, headers, body }: RecordedRequest): Result.Result<Conversation, InvalidRequest> => {
  if (path.endsWith("/responses")) return openaiResponses.decodeRequest(body, { headers })
  if (path.endsWith("/chat/completions")) return openaiChat.decodeRequest(body, { headers })
  return path.endsWith("/count_tokens")
    ? anthropic.decodeCountRequest(body, { headers })
    : anthropic.decodeRequest(body, { headers })
}
