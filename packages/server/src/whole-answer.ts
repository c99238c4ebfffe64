import type { PensieveError } from "@pensieve/errors"
import { type Duration, Effect, Exit, Fiber, Option, Schedule, type Scope, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import type { BodyGatherer } from "./dialect.ts"
import { failureEvent, tellable } from "./failure-event.ts"
import { respondJson, streamHeaders } from "./respond.ts"
import type { Exchange } from "./streamed-answer.ts"

/** What a whole answer needs besides. */
interface WholeExchange extends Exchange {
  readonly gatherer: BodyGatherer
  readonly errorBody: (error: PensieveError) => unknown
  /** After this long the status is committed and white space keeps the connection alive. */
  readonly patience: Duration.Input
}

/**
 * An answer as one JSON value. One that takes longer than `patience` commits status 200 and dribbles the white space that JSON allows
 * before a value.
 */
export const wholeAnswer = (
  exchange: WholeExchange
): Effect.Effect<HttpServerResponse.HttpServerResponse, PensieveError, Scope.Scope> =>
  Effect.gen(function* () {
    const { requestId, feed, gatherer } = exchange
    const gathered = Stream.fromPull(Effect.succeed(feed.pull)).pipe(
      Stream.catchCause((cause) => Stream.fromEffect(failureEvent(cause, requestId))),
      Stream.runForEachArray((batch) => Effect.sync(() => batch.forEach(gatherer.take))),
      Effect.flatMap(() => Effect.fromResult(gatherer.body()))
    )
    const fiber = yield* Effect.forkScoped(gathered)
    const early = yield* Effect.timeoutOption(Fiber.await(fiber), exchange.patience)
    if (Option.isSome(early)) return respondJson(requestId, yield* early.value, exchange.headers())
    return HttpServerResponse.stream(Stream.encodeText(dribbled(exchange, fiber)), {
      headers: { ...streamHeaders(requestId), "content-type": "application/json", ...exchange.headers() }
    })
  })

/**
 * White space until the answer is there. A failure writes the dialect's error body and then breaks the connection: the status is
 * sent already, and a client that takes a complete 200 for an answer must not take the error for one.
 */
const dribbled = (
  { requestId, errorBody, pingEvery }: WholeExchange,
  fiber: Fiber.Fiber<unknown, PensieveError>
): Stream.Stream<string, PensieveError> => {
  const blanks = Stream.repeat(Stream.succeed(" "), Schedule.spaced(pingEvery)).pipe(
    Stream.interruptWhen(Effect.exit(Fiber.await(fiber)))
  )
  const body = Effect.gen(function* () {
    const exit = yield* Fiber.await(fiber)
    if (Exit.isSuccess(exit)) return Stream.succeed(JSON.stringify(exit.value))
    const error = yield* tellable(exit.cause, requestId)
    return Stream.concat(Stream.succeed(JSON.stringify(errorBody(error))), Stream.fail(error))
  })
  return Stream.concat(blanks, Stream.unwrap(body))
}
