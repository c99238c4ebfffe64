import { Wiretap } from "@pensieve/backends"
import { InvalidRequest, type PensieveError } from "@pensieve/errors"
import { type Conversation, isJsonObject } from "@pensieve/models"
import { type BatchResult, type FileStore, makeId } from "@pensieve/operations"
import { Effect, Schedule, Stream } from "effect"
import { anthropicDialect } from "./dialect.ts"
import { Exchanges } from "./exchange/exchanges.ts"
import { tellable } from "./failure-event.ts"
import type { LastTurns } from "./last-turns.ts"
import { resolveFiles } from "./resolve-files.ts"
import { routeRequest } from "./route-request.ts"
import { Routing } from "./routing.ts"

type Headers = Readonly<Record<string, string>>

/**
 * One request of a batch answered, or why not. A backend that is away, full or limited is waited for: that is not the request's fault. One that
 * breaks over the request is asked twice more.
 */
export const answerBatched = (
  params: unknown,
  headers: Headers
): Effect.Effect<BatchResult["result"], never, Exchanges | Routing | LastTurns | FileStore> =>
  Effect.suspend(() => answerOnce(makeId("req_"), params, headers)).pipe(
    Effect.retry({ while: isPassing, schedule: patience }),
    Effect.retry({ while: isBreakage, times: 2 }),
    Effect.map((message) => ({ type: "succeeded" as const, message })),
    Effect.catchCause((cause) => {
      const requestId = makeId("req_")
      return Effect.map(tellable(cause, requestId), (error) => ({
        type: "errored" as const,
        error: anthropicDialect.errorBody(error, requestId)
      }))
    })
  )

/** From a second up to a minute between attempts. */
const patience = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("1 minute")])

const isPassing = (error: PensieveError): boolean =>
  error._tag === "Overloaded" ||
  error._tag === "RateLimited" ||
  error._tag === "BackendUnavailable" ||
  (error._tag === "UpstreamFailed" && error.unreachable)

const isBreakage = ({ _tag }: PensieveError): boolean =>
  _tag === "BackendFailed" || _tag === "UpstreamFailed" || _tag === "BackendTimeout"

const answerOnce = (requestId: string, params: unknown, headers: Headers) =>
  Effect.scoped(
    Effect.gen(function* () {
      if (isJsonObject(params) && params["stream"] === true)
        return yield* new InvalidRequest({ message: "stream: Input should be false in a batch", field: "stream" })
      const decoded = yield* Effect.fromResult(anthropicDialect.decodeRequest(params, headers))
      const arrangement = yield* (yield* Routing).current
      const bodyBytes = Buffer.byteLength(JSON.stringify(params))
      const request = { conversation: inBackground(decoded), path: "/v1/messages", headers, bodyBytes }
      const { backend, conversation: asked, describe } = yield* routeRequest(arrangement, request)
      const conversation = yield* resolveFiles(asked)
      const open = yield* (yield* Exchanges).begin({
        requestId,
        dialect: "anthropic-batch",
        asked: conversation,
        route: describe,
        client: { path: "/v1/messages", headers, body: params }
      })
      const gatherer = anthropicDialect.bodyGatherer(conversation, headers)
      const events: Stream.Stream<Parameters<typeof gatherer.take>[0], PensieveError> = backend.generate(conversation)
      yield* events.pipe(
        Stream.mapArray(open.watch),
        Stream.provideService(Wiretap, open.tap),
        Stream.onExit(open.end),
        Stream.runForEachArray((batch) => Effect.sync(() => batch.forEach(gatherer.take)))
      )
      return yield* Effect.fromResult(gatherer.body())
    })
  )

const inBackground = (conversation: Conversation): Conversation => ({
  ...conversation,
  hints: { ...conversation.hints, requestClass: "background" }
})
