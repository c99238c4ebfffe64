import type { BackendError } from "@pensieve/errors"
import type { Conversation, GenerationEvent } from "@pensieve/models"
import { anthropic } from "@pensieve/translator"
import { Effect, type Scope, Stream } from "effect"
import { randomBytes } from "node:crypto"
import { logNotices } from "../log-notices.ts"
import { openAnswer, type Setback } from "../upstream/open-answer.ts"
import { withRetries } from "../upstream/retries.ts"
import { keyHeaders } from "./credentials.ts"
import { makeAnswerReader } from "./read-answer.ts"
import { type Calling, keysIn } from "./upstream-call.ts"
import { asUpstreamFailure } from "./upstream-failure.ts"

/** Asks the upstream a conversation of any dialect, and gives its answer from the first event on. */
export const askUpstream = (
  calling: Calling,
  conversation: Conversation
): Effect.Effect<Stream.Stream<GenerationEvent, BackendError>, BackendError, Scope.Scope> =>
  Effect.gen(function* () {
    const { upstream, base, known } = calling
    const model = yield* modelFor(calling, conversation)
    const headers = yield* requestHeaders(calling)
    const mostTokens = known().find(({ id }) => id === model)?.mostTokens
    const encoded = anthropic.encodeRequest(conversation, {
      model,
      stream: true,
      ...(mostTokens === undefined ? {} : { mostTokens })
    })
    const opened = openAnswer(upstream, {
      request: {
        method: "POST",
        path: `${base}/v1/messages`,
        headers: { ...headers, "content-type": "application/json" },
        body: encoded.text ?? JSON.stringify(encoded.body)
      },
      keys: keysIn(headers),
      makeReader: () =>
        makeAnswerReader({
          conversation,
          notices: encoded.notices,
          toolNames: encoded.toolNames,
          callIds: encoded.callIds,
          idPrefix: `toolu_${randomBytes(15).toString("hex")}_`
        }),
      onEnd: () => undefined
    })
    const answer = yield* Effect.catch(
      withRetries(opened, (setback) => setback.advice),
      (setback) => giveUp(calling, setback)
    )
    yield* logNotices(encoded.notices)
    return Stream.mapError(Stream.fromPull(Effect.succeed(answer)), (error) => asUpstreamFailure(error))
  })

/** The model that was chosen for this request, or that the user named for all; else the one asked for where there is one of that name; else the first. */
export const modelFor = (
  { model, models: listed }: Calling,
  { model: requested, routedModel = model }: Pick<Conversation, "model" | "routedModel">
): Effect.Effect<string, BackendError> =>
  routedModel === undefined
    ? Effect.map(listed, (models) =>
        models.some(({ id }) => id === requested) ? requested : (models[0]?.id ?? requested)
      )
    : Effect.succeed(routedModel)

/** Headers of a request that is ours, with the key. */
export const requestHeaders = ({ keyFrom, key, ownHeaders, extraHeaders }: Calling) =>
  Effect.map(keyHeaders(keyFrom, key), (keys) => ({ ...ownHeaders, ...keys, ...extraHeaders }))

const giveUp = ({ lose }: Calling, { error, gone }: Setback): Effect.Effect<never, BackendError> => {
  const failure = asUpstreamFailure(error, gone)
  return Effect.andThen(gone ? lose(error) : Effect.void, Effect.fail(failure))
}
