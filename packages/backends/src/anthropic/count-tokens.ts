import { type BackendError, UpstreamFailed } from "@pensieve/errors"
import type { Conversation } from "@pensieve/models"
import { anthropic } from "@pensieve/translator"
import { Effect } from "effect"
import { countIn } from "../openai/upstream-model.ts"
import { parsedJson } from "../upstream/look.ts"
import { redactKeys } from "../upstream/redact-keys.ts"
import { modelFor, requestHeaders } from "./ask-upstream.ts"
import { type Calling, keysIn } from "./upstream-call.ts"
import { asUpstreamFailure, faultFailure } from "./upstream-failure.ts"

/** Fields of a request that say how to answer; counting refuses them. */
const ofTheAnswer = new Set(["max_tokens", "stream", "stop_sequences", "temperature", "top_p", "top_k", "metadata"])

const noCount = new UpstreamFailed({
  message: "The upstream counted the tokens of a prompt and told no number.",
  unreachable: false
})

/** Tokens of a conversation's prompt, as the upstream counts them. @see wire contract, section 1 */
export const countTokens = (calling: Calling, conversation: Conversation): Effect.Effect<number, BackendError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { upstream, base } = calling
      const model = yield* modelFor(calling, conversation)
      const headers = yield* requestHeaders(calling)
      const { body } = anthropic.encodeRequest(conversation, { model })
      const counted = Object.fromEntries(Object.entries(body).filter(([field]) => !ofTheAnswer.has(field)))
      const response = yield* Effect.mapError(
        upstream.send({
          method: "POST",
          path: `${base}/v1/messages/count_tokens`,
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(counted)
        }),
        (fault) => faultFailure(fault, false)
      )
      const text = redactKeys(yield* response.text(), keysIn(headers))
      if (response.status !== 200)
        return yield* Effect.fail(asUpstreamFailure(anthropic.decodeError(response.status, text)))
      const told = parsedJson(text)
      const tokens =
        typeof told === "object" && told !== null && "input_tokens" in told ? countIn(told.input_tokens) : undefined
      return tokens ?? (yield* noCount)
    })
  )
