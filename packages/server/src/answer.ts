import { credentialsOf, withoutToken } from "@pensieve/auth"
import { Backend, ClientKeys } from "@pensieve/backends"
import type { PensieveError } from "@pensieve/errors"
import type { Conversation, GenerationEvent, Notice } from "@pensieve/models"
import { decide, describeRoute, plainFacts, singleModel } from "@pensieve/router"
import { startFeed } from "@pensieve/streaming"
import { type Duration, Effect, Redacted, Stream } from "effect"
import { HttpServerRequest } from "effect/http"
import { anthropicDialect, type Dialect } from "./dialect.ts"
import { Activity } from "./activity.ts"
import { logExchange, makeTally } from "./exchange-log.ts"
import { ServerPolicy } from "./policy.ts"
import { refuseWebSearch } from "./refuse-web-search.ts"
import { passOnMessage } from "./pass-on.ts"
import { readJsonBody } from "./read-body.ts"
import { makeId } from "@pensieve/operations"
import { resolveFiles } from "./resolve-files.ts"
import { streamedAnswer } from "./streamed-answer.ts"
import { Stopping } from "./stopping.ts"
import { wholeAnswer } from "./whole-answer.ts"

const defaultPing: Duration.Input = "10 seconds"
const defaultPatience: Duration.Input = "1 minute"

/** How long a status waits for the first event where the backend does not say. */
const defaultErrorPatience: Duration.Input = "10 seconds"

/** A request for an answer of the model, in any dialect: decoded, answered by the backend, streamed or gathered. */
export const answer = (requestId: string, dialect: Dialect) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const backend = yield* Backend
    const { passThrough } = backend
    if (dialect === anthropicDialect && passThrough !== undefined) return yield* passOnMessage(requestId, passThrough)
    const { token, pingEvery = defaultPing, wholeAnswerPatience = defaultPatience } = yield* ServerPolicy
    const body = yield* readJsonBody
    yield* (yield* Activity).interactive
    const decoded = yield* Effect.fromResult(dialect.decodeRequest(body, request.headers))
    const conversation = yield* resolveFiles(decoded)
    const tally = makeTally()
    const clientKeys = credentialsOf(withoutToken(request.headers, token)).map((key) => Redacted.make(key))
    const refusal = yield* searchRefusal(conversation, backend)
    const events = (refusal ?? backend.generate(conversation)).pipe(
      Stream.mapArray(tally.watch),
      Stream.provideService(ClientKeys, clientKeys),
      Stream.interruptWhen((yield* Stopping).signal),
      Stream.onExit((exit) => logExchange(requestId, dialect.name, conversation, tally, exit))
    )
    const decision = decide(
      { ...plainFacts(conversation.model), requestClass: conversation.hints.requestClass },
      singleModel({ backend: backend.name, model: backend.model })
    )
    const exchange = {
      requestId,
      feed: yield* startFeed<PensieveError, never>(events),
      headers: () => ({
        "x-pensieve-route": headerText(describeRoute(decision)),
        ...noticeHeader([...conversation.notices, ...tally.notices()])
      }),
      pingEvery
    }
    return yield* conversation.stream
      ? streamedAnswer({
          ...exchange,
          writer: dialect.streamWriter(conversation, request.headers),
          errorPatience: backend.errorPatience ?? defaultErrorPatience
        })
      : wholeAnswer({
          ...exchange,
          gatherer: dialect.bodyGatherer(conversation, request.headers),
          errorBody: (error) => dialect.errorBody(error, requestId),
          patience: wholeAnswerPatience
        })
  })

/** The answer to a request that is for a web search only, where the backend makes none. */
const searchRefusal = (conversation: Conversation, backend: Backend["Service"]) =>
  conversation.hints.requestClass === "websearch"
    ? Effect.map(backend.capabilities, ({ serverTools }) =>
        serverTools === true
          ? undefined
          : Stream.fromArray<GenerationEvent>(refuseWebSearch(conversation, makeId("srvtoolu_")))
      )
    : Effect.succeed(undefined)

/** What a header may hold: printable ASCII. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?")

/** The codes of the notices, each once. */
const noticeHeader = (notices: ReadonlyArray<Notice>): Record<string, string> =>
  notices.length === 0 ? {} : { "x-pensieve-notices": [...new Set(notices.map((notice) => notice.code))].join(",") }
