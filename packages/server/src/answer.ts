import { credentialsOf, withoutToken } from "@pensieve/auth"
import { type Backend, ClientKeys, Wiretap } from "@pensieve/backends"
import { type InvalidRequest, Overloaded, type PensieveError } from "@pensieve/errors"
import { type Conversation, type GenerationEvent, isJsonObject } from "@pensieve/models"
import { makeId } from "@pensieve/operations"
import { startFeed } from "@pensieve/streaming"
import { Context, type Duration, Effect, Metric, Redacted, Result, Stream } from "effect"
import { HttpServerRequest } from "effect/http"
import { Activity } from "./activity.ts"
import { noticeHeader, routeHeader } from "./answer-headers.ts"
import { consultCache } from "./cache/consult-cache.ts"
import { sizedAnswer } from "./context/sized-answer.ts"
import { anthropicDialect, type Dialect } from "./dialect.ts"
import { Exchanges } from "./exchange/exchanges.ts"
import type { ClientRequest } from "./exchange/trace-of.ts"
import { passOnMessage } from "./pass-on.ts"
import { ServerPolicy } from "./policy.ts"
import { type JsonText, readJson, type SentBody } from "./read-body.ts"
import { refuseWebSearch } from "./refuse-web-search.ts"
import { resolveFiles } from "./resolve-files.ts"
import { pathOf } from "./route.ts"
import { byName, type Routed, routeRequest } from "./route-request.ts"
import { type Arrangement, onlyPassThrough, Routing } from "./routing.ts"
import { sendTexts } from "./send-texts.ts"
import { streamedAnswer } from "./streamed-answer.ts"
import { Stopping } from "./stopping.ts"
import { wholeAnswer } from "./whole-answer.ts"

const defaultPing: Duration.Input = "10 seconds"
const defaultPatience: Duration.Input = "1 minute"

/** How long a status waits for the first event where the backend does not say. */
const defaultErrorPatience: Duration.Input = "10 seconds"

/** Answers under way at a time, those included that wait for a backend. */
const mostAtOnce = 256

const full = new Overloaded({
  message: `${mostAtOnce} requests are being answered already. Try again later.`,
  retryAfterSeconds: 5
})

/** A request for an answer of the model, in any dialect: decoded, answered by the backend, streamed or gathered. */
export const answer = (requestId: string, dialect: Dialect) =>
  Effect.gen(function* () {
    const arrangement = yield* (yield* Routing).current
    yield* (yield* Activity).interactive
    if ((yield* Exchanges).running().length >= mostAtOnce) return yield* full
    const only = onlyPassThrough(arrangement)
    if (dialect === anthropicDialect && only !== undefined)
      return yield* passOnMessage(requestId, { passThrough: only })
    const { headers, url } = yield* HttpServerRequest.HttpServerRequest
    const sent = yield* readJson
    const decoded = dialect.decodeRequest(sent.body, headers)
    if (Result.isFailure(decoded)) return yield* answerUndecoded(requestId, dialect, arrangement, sent, decoded.failure)
    const routed = yield* routeRequest(arrangement, {
      conversation: decoded.success,
      path: pathOf(url),
      headers,
      bodyBytes: sent.bytes
    })
    const client = { path: url, headers, body: sent.body }
    const translated = answerRouted(requestId, dialect, routed, client)
    const { passThrough } = routed.backend
    if (dialect !== anthropicDialect || !routed.passable || passThrough === undefined) return yield* translated
    // Whoever may still answer behind a failure speaks another API.
    return yield* Effect.catch(
      passOnMessage(requestId, { passThrough, sent: sentAgain(sent, routed), routed }),
      (error) => (routed.again() ? translated : Effect.fail(error))
    )
  })

/** What nobody here understands may still be understood by a server of the client's own API. */
const answerUndecoded = (
  requestId: string,
  dialect: Dialect,
  arrangement: Arrangement,
  sent: SentBody,
  failure: InvalidRequest
) =>
  Effect.gen(function* () {
    const model = isJsonObject(sent.body) && typeof sent.body.model === "string" ? sent.body.model : ""
    const { backend } = yield* arrangement.pool.choose(byName(arrangement, model).decision, { requestClass: "main" })
    const { passThrough } = backend
    return dialect === anthropicDialect && passThrough !== undefined
      ? yield* passOnMessage(requestId, { passThrough, sent })
      : yield* failure
  })

/** The text that goes on: as it came, unless the router took something out of it. */
const sentAgain = (sent: SentBody, { conversation }: Routed): JsonText => {
  const { body } = conversation.source
  return body === sent.body ? sent : { body, text: JSON.stringify(body) }
}

const answerRouted = (requestId: string, dialect: Dialect, routed: Routed, client: ClientRequest) =>
  Effect.gen(function* () {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const { token, pingEvery = defaultPing, wholeAnswerPatience = defaultPatience } = yield* ServerPolicy
    const { backend } = routed
    const conversation = yield* resolveFiles(routed.conversation)
    const clientKeys = credentialsOf(withoutToken(headers, token)).map((key) => Redacted.make(key))
    const refusal = yield* searchRefusal(conversation, backend)
    const cached = yield* consultCache(routed, conversation, headers)
    const sized = sizedAnswer(routed, conversation)
    const exchanges = yield* Exchanges
    const open = yield* exchanges.begin({
      requestId,
      dialect: dialect.name,
      asked: conversation,
      route: routed.describe,
      client,
      decision: routed.decision
    })
    // What is watched is what there was; what is told may be scaled.
    const events = sized.told(Stream.mapArray(refusal ?? cached.answer(sized.fresh), open.watch))
    const services = Context.make(ClientKeys, clientKeys).pipe(
      Context.add(Metric.MetricRegistry, exchanges.registry),
      Context.add(Wiretap, open.tap)
    )
    const feed = yield* startFeed<PensieveError, never>(
      (push) => Effect.provideContext(Stream.runForEachArray(events, push), services),
      {
        ending: (yield* Stopping).listen,
        onEnd: (exit) => {
          routed.remember(open.usage())
          return open.end(exit)
        }
      }
    )
    // What the backend asks is on its way before anything else is made ready.
    yield* Effect.yieldNow
    const exchange = {
      requestId,
      feed,
      headers: () => ({
        ...routeHeader(routed.describe()),
        "x-pensieve-cache": cached.outcome,
        ...noticeHeader([...conversation.notices, ...open.notices(), ...sized.notices()])
      }),
      pingEvery
    }
    return yield* conversation.stream
      ? Effect.flatMap(
          streamedAnswer({
            ...exchange,
            writer: dialect.streamWriter(conversation, headers),
            errorPatience: backend.errorPatience ?? defaultErrorPatience
          }),
          sendTexts
        )
      : wholeAnswer({
          ...exchange,
          gatherer: dialect.bodyGatherer(conversation, headers),
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
