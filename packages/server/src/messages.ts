import { Backend } from "@pensieve/backends"
import { InternalError, type PensieveError } from "@pensieve/errors"
import type { Conversation, GenerationEvent, Notice } from "@pensieve/models"
import { decide, describeRoute } from "@pensieve/router"
import { committed, withHeartbeat } from "@pensieve/streaming"
import { anthropic } from "@pensieve/translator"
import { Cause, type Duration, Effect, Exit, Fiber, Option, Schedule, type Scope, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { ServerPolicy } from "./policy.ts"
import { logExchange, makeTally } from "./exchange-log.ts"
import { readJsonBody } from "./read-body.ts"
import { makeId } from "./request-id.ts"
import { respondJson, streamHeaders } from "./respond.ts"

const defaultPing: Duration.Input = "10 seconds"
const defaultPatience: Duration.Input = "1 minute"

/** `POST /v1/messages`. */
export const messages = (requestId: string) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const backend = yield* Backend
    const { pingEvery = defaultPing, wholeAnswerPatience = defaultPatience } = yield* ServerPolicy
    const body = yield* readJsonBody
    const conversation = yield* Effect.fromResult(anthropic.decodeRequest(body, { headers: request.headers }))
    const tally = makeTally()
    const events = backend
      .generate(conversation)
      .pipe(withHeartbeat(pingEvery), Stream.mapArray(tally.watch), Stream.onExit((exit) => logExchange(requestId, conversation, tally, exit)))
    const headers = answerHeaders(conversation, backend)
    const options = anthropic.streamOptions(conversation, makeId("msg_"), request.headers)
    return yield* conversation.stream
      ? streamed(requestId, options, events, headers)
      : whole(requestId, options, events, headers, { pingEvery, wholeAnswerPatience })
  })

type Events = Stream.Stream<GenerationEvent, PensieveError>

/** Failures and defects become the last event, so that they can still be told inside the stream. */
const withFailureAsEvent = (events: Events): Stream.Stream<GenerationEvent> =>
  Stream.catchCause(events, (cause) => {
    const failure = Cause.findErrorOption(cause)
    return Option.isSome(failure)
      ? Stream.succeed<GenerationEvent>({ type: "failed", error: failure.value })
      : Stream.unwrap(
          Effect.as(
            Effect.logError("a request ended by a fault of this program").pipe(Effect.annotateLogs({ cause: Cause.pretty(cause) })),
            Stream.succeed<GenerationEvent>({ type: "failed", error: new InternalError({ message: "Something went wrong inside Pensieve. See its log." }) })
          )
        )
  })

const streamed = (
  requestId: string,
  options: anthropic.StreamOptions,
  events: Events,
  headers: Readonly<Record<string, string>>
): Effect.Effect<HttpServerResponse.HttpServerResponse, PensieveError, Scope.Scope> =>
  Effect.gen(function* () {
    const started = yield* committed(events)
    let state = anthropic.initialStream(options)
    const frames = withFailureAsEvent(started).pipe(
      Stream.mapArray((batch) => {
        let text = ""
        for (const event of batch) {
          const [next, written] = anthropic.encodeStream(state, event)
          state = next
          for (const frame of written) text += frame
        }
        return [text]
      }),
      Stream.concat(Stream.sync(() => anthropic.endStream(state)[1].join(""))),
      Stream.filter((text) => text !== "")
    )
    return HttpServerResponse.stream(Stream.encodeText(frames), { headers: { ...streamHeaders(requestId), ...headers } })
  })

const whole = (
  requestId: string,
  options: anthropic.StreamOptions,
  events: Events,
  headers: Readonly<Record<string, string>>,
  { pingEvery, wholeAnswerPatience }: { readonly pingEvery: Duration.Input; readonly wholeAnswerPatience: Duration.Input }
): Effect.Effect<HttpServerResponse.HttpServerResponse, PensieveError, Scope.Scope> =>
  Effect.gen(function* () {
    const folded = Stream.runFold(
      withFailureAsEvent(events),
      () => anthropic.initialResponse(options),
      anthropic.foldResponse
    ).pipe(Effect.flatMap((state) => Effect.fromResult(anthropic.endResponse(state))))
    const fiber = yield* Effect.forkScoped(folded)
    const early = yield* Effect.timeoutOption(Fiber.await(fiber), wholeAnswerPatience)
    if (Option.isSome(early)) return respondJson(requestId, yield* early.value, headers)
    const blanks = Stream.repeat(Stream.succeed(" "), Schedule.spaced(pingEvery)).pipe(
      Stream.interruptWhen(Effect.exit(Fiber.await(fiber)))
    )
    const body = Effect.map(Fiber.await(fiber), (exit) => JSON.stringify(bodyOf(requestId, exit)))
    const dribble = Stream.concat(blanks, Stream.fromEffect(body))
    return HttpServerResponse.stream(Stream.encodeText(dribble), {
      headers: { ...streamHeaders(requestId), "content-type": "application/json", ...headers }
    })
  })

/** The body of an answer whose status is already sent: the message, or the error in the same place. */
const bodyOf = (requestId: string, exit: Exit.Exit<unknown, PensieveError>): unknown =>
  Exit.match(exit, {
    onSuccess: (message) => message,
    onFailure: (cause) =>
      anthropic.encodeError(
        Option.getOrElse(Cause.findErrorOption(cause), () => new InternalError({ message: "Something went wrong inside Pensieve. See its log." })),
        requestId
      ).body
  })

const answerHeaders = (conversation: Conversation, backend: Backend["Service"]): Record<string, string> => {
  const decision = decide(
    { requestedModel: conversation.model, requestClass: conversation.hints.requestClass },
    { default: { backend: backend.name, model: backend.model } }
  )
  return {
    "x-pensieve-route": describeRoute(decision),
    ...(conversation.notices.length === 0 ? {} : { "x-pensieve-notices": noticeHeader(conversation.notices) })
  }
}

/** The codes of the notices, each once. */
const noticeHeader = (notices: ReadonlyArray<Notice>): string => [...new Set(notices.map((notice) => notice.code))].join(",")
