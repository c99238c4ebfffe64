import { Backend } from "@pensieve/backends"
import { InternalError, type PensieveError } from "@pensieve/errors"
import type { Conversation, GenerationEvent, Notice } from "@pensieve/models"
import { decide, describeRoute, plainFacts, singleModel } from "@pensieve/router"
import { committed, withHeartbeat } from "@pensieve/streaming"
import { Cause, type Duration, Effect, Exit, Fiber, Option, Schedule, type Scope, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import type { BodyGatherer, Dialect, StreamWriter } from "./dialect.ts"
import { logExchange, makeTally } from "./exchange-log.ts"
import { ServerPolicy } from "./policy.ts"
import { readJsonBody } from "./read-body.ts"
import { respondJson, streamHeaders } from "./respond.ts"

const defaultPing: Duration.Input = "10 seconds"
const defaultPatience: Duration.Input = "1 minute"

/** A request for an answer of the model, in any dialect: decoded, answered by the backend, streamed or gathered. */
export const answer = (requestId: string, dialect: Dialect) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const backend = yield* Backend
    const { pingEvery = defaultPing, wholeAnswerPatience = defaultPatience } = yield* ServerPolicy
    const body = yield* readJsonBody
    const conversation = yield* Effect.fromResult(dialect.decodeRequest(body, request.headers))
    const tally = makeTally()
    const events = backend.generate(conversation).pipe(
      withHeartbeat(pingEvery),
      Stream.mapArray(tally.watch),
      Stream.onExit((exit) => logExchange(requestId, dialect.name, conversation, tally, exit))
    )
    const headers = answerHeaders(conversation, backend)
    return yield* conversation.stream
      ? streamed(requestId, dialect.streamWriter(conversation, request.headers), events, headers)
      : whole(requestId, dialect, dialect.bodyGatherer(conversation, request.headers), events, headers, {
          pingEvery,
          wholeAnswerPatience
        })
  })

type Events = Stream.Stream<GenerationEvent, PensieveError>
type Headers = Readonly<Record<string, string>>

const ownFault = new InternalError({ message: "Something went wrong inside Pensieve. See its log." })

/** Failures and defects become the last event, so that they can still be told inside the stream. */
const withFailureAsEvent = (events: Events): Stream.Stream<GenerationEvent> =>
  Stream.catchCause(events, (cause) => {
    const failure = Cause.findErrorOption(cause)
    if (Option.isSome(failure)) return Stream.succeed<GenerationEvent>({ type: "failed", error: failure.value })
    return Stream.unwrap(
      Effect.as(
        Effect.logError("a request ended by a fault of this program").pipe(
          Effect.annotateLogs({ cause: Cause.pretty(cause) })
        ),
        Stream.succeed<GenerationEvent>({ type: "failed", error: ownFault })
      )
    )
  })

const streamed = (
  requestId: string,
  writer: StreamWriter,
  events: Events,
  headers: Headers
): Effect.Effect<HttpServerResponse.HttpServerResponse, PensieveError, Scope.Scope> =>
  Effect.gen(function* () {
    const started = yield* committed(events)
    const frames = withFailureAsEvent(started).pipe(
      Stream.mapArray((batch) => {
        let text = ""
        for (const event of batch) text += writer.write(event)
        return [text]
      }),
      Stream.concat(Stream.sync(() => writer.end())),
      Stream.filter((text) => text !== "")
    )
    return HttpServerResponse.stream(Stream.encodeText(frames), {
      headers: { ...streamHeaders(requestId), ...headers }
    })
  })

const whole = (
  requestId: string,
  dialect: Dialect,
  gatherer: BodyGatherer,
  events: Events,
  headers: Headers,
  {
    pingEvery,
    wholeAnswerPatience
  }: { readonly pingEvery: Duration.Input; readonly wholeAnswerPatience: Duration.Input }
): Effect.Effect<HttpServerResponse.HttpServerResponse, PensieveError, Scope.Scope> =>
  Effect.gen(function* () {
    const gathered = Stream.runForEachArray(withFailureAsEvent(events), (batch) =>
      Effect.sync(() => batch.forEach(gatherer.take))
    )
    const fiber = yield* Effect.forkScoped(Effect.flatMap(gathered, () => Effect.fromResult(gatherer.body())))
    const early = yield* Effect.timeoutOption(Fiber.await(fiber), wholeAnswerPatience)
    if (Option.isSome(early)) return respondJson(requestId, yield* early.value, headers)
    const blanks = Stream.repeat(Stream.succeed(" "), Schedule.spaced(pingEvery)).pipe(
      Stream.interruptWhen(Effect.exit(Fiber.await(fiber)))
    )
    const body = Effect.map(Fiber.await(fiber), (exit) => JSON.stringify(lateBody(dialect, requestId, exit)))
    const dribble = Stream.concat(blanks, Stream.fromEffect(body))
    return HttpServerResponse.stream(Stream.encodeText(dribble), {
      headers: { ...streamHeaders(requestId), "content-type": "application/json", ...headers }
    })
  })

/** The body of an answer whose status is already sent: the message, or the error in the same place. */
const lateBody = (dialect: Dialect, requestId: string, exit: Exit.Exit<unknown, PensieveError>): unknown =>
  Exit.match(exit, {
    onSuccess: (message) => message,
    onFailure: (cause) =>
      dialect.errorBody(
        Option.getOrElse(Cause.findErrorOption(cause), () => ownFault),
        requestId
      )
  })

const answerHeaders = (conversation: Conversation, backend: Backend["Service"]): Record<string, string> => {
  const decision = decide(
    { ...plainFacts(conversation.model), requestClass: conversation.hints.requestClass },
    singleModel({ backend: backend.name, model: backend.model })
  )
  return {
    "x-pensieve-route": headerText(describeRoute(decision)),
    ...(conversation.notices.length === 0 ? {} : { "x-pensieve-notices": noticeHeader(conversation.notices) })
  }
}

/** What a header may hold: printable ASCII. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?")

/** The codes of the notices, each once. */
const noticeHeader = (notices: ReadonlyArray<Notice>): string =>
  [...new Set(notices.map((notice) => notice.code))].join(",")
