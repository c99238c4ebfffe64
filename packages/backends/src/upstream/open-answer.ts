import { type BackendError, BackendFailed, errorRow, type PensieveError, withMessage } from "@pensieve/errors"
import type { GenerationEvent, Usage } from "@pensieve/models"
import { openaiChat } from "@pensieve/translator"
import { Cause, Data, Effect, Option, Pull, type Scope } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"
import type { HttpUpstream, UpstreamRequest, UpstreamResponse } from "./http-upstream.ts"
import { redactKeys } from "./redact-keys.ts"
import type { RetryAdvice } from "./retries.ts"
import { retryAfterOf } from "./retry-after.ts"
import { faultError, isGone, type UpstreamFault } from "./upstream-fault.ts"

/** How long the tokens are waited for once the reason of the end is there: some servers forget to hang up. */
const tokensPatience = "2 seconds"

/** What a server said when it refused a request. */
export interface Refusal {
  readonly status: number
  readonly text: string
}

/** Reads one answer: bytes in, events out. The last is `finished` or `failed`, unless the answer is to be asked for once more. */
export interface AnswerReader {
  readonly push: (bytes: Uint8Array) => Events
  /** The bytes are over. */
  readonly end: () => Events
  /** Nothing more will be said. */
  readonly over: () => boolean
  /** The reason of the end is there; only the tokens may still come. */
  readonly ending: () => boolean
  /** The upstream's own counts, once it has told them. */
  readonly counted: () => Usage | undefined
}

/** Why a request brought no answer. */
export class Setback extends Data.TaggedError("Setback")<{
  readonly error: BackendError
  /** What the server said, if it refused. */
  readonly refusal: Refusal | undefined
  /** The server cannot be reached. */
  readonly gone: boolean
  readonly advice: RetryAdvice
}> {}

type Events = ReadonlyArray<GenerationEvent>

/** An answer as it is pulled. A stream of its own would take a lock and a context for each pull. */
export type AnswerPull = Pull.Pull<NonEmptyReadonlyArray<GenerationEvent>, BackendError>

/** One request, and who reads its answer. */
export interface Exchange {
  readonly request: UpstreamRequest
  /** Keys that no message may show. */
  readonly keys: ReadonlyArray<string>
  readonly makeReader: () => AnswerReader
  /** Called once, when an answer came to its proper end. */
  readonly onEnd: (reader: AnswerReader) => void
}

/** Statuses behind which the same request may succeed a moment later. */
const passing = new Set([408, 409, 429, 500, 502, 503, 504, 529])

/**
 * Sends a request and waits for the first events of its answer, so that whatever fails before them can be tried again or told
 * with its own status. The answer lives as long as the scope.
 */
export const openAnswer = (
  upstream: HttpUpstream,
  exchange: Exchange
): Effect.Effect<AnswerPull, Setback, Scope.Scope> =>
  Effect.gen(function* () {
    const { keys } = exchange
    let made: AnswerReader | undefined
    const meanwhile = () => {
      try {
        made ??= exchange.makeReader()
      } catch {
        // It is made again where a fault is told.
      }
    }
    const response = yield* Effect.mapError(upstream.send({ ...exchange.request, meanwhile }), faultSetback)
    if (response.status < 200 || response.status > 299) return yield* refused(response, keys)
    const reader = (made ??= exchange.makeReader())
    const pull = pullEvents(response, reader, exchange)
    const first = yield* Pull.catchDone(Effect.mapError(pull, unlessDone(firstSetback)), () =>
      Effect.succeed<Events>([])
    )
    const rest = Effect.mapError(
      pull,
      unlessDone((failure) => failure.error)
    )
    let said: Events = first
    return Effect.suspend(() => {
      const [head, ...tail] = said
      if (head === undefined) return rest
      said = []
      return Effect.succeed([head, ...tail] as const)
    })
  })

/** The end of a pull is told as an error; it stays what it is. */
const unlessDone =
  <E, E2>(map: (error: E) => E2) =>
  (error: E | Cause.Done<void>): E2 | Cause.Done<void> =>
    Cause.isDone(error) ? error : map(error)

const faultSetback = (fault: UpstreamFault): Setback =>
  new Setback({
    error: faultError(fault, false),
    refusal: undefined,
    gone: isGone(fault),
    advice: { again: fault.kind === "refused" || fault.kind === "broken" }
  })

const refused = (response: UpstreamResponse, keys: ReadonlyArray<string>): Effect.Effect<never, Setback> =>
  Effect.gen(function* () {
    const { status } = response
    const text = redactKeys(yield* response.text(), keys)
    const waitSeconds = retryAfterOf(response.headers, Date.now())
    const error = openaiChat.decodeError(status, text, waitSeconds)
    return yield* new Setback({
      error,
      refusal: { status, text },
      gone: false,
      advice: {
        // Without a word on how long, a rate limit is the client's to wait for.
        again: errorRow(error).retryable && passing.has(status) && (status !== 429 || waitSeconds !== undefined),
        ...(waitSeconds === undefined ? {} : { waitSeconds })
      }
    })
  })

/** What ended an answer. `told` is an error that the server itself told. */
class AnswerFailure extends Data.TaggedError("AnswerFailure")<{
  readonly error: BackendError
  readonly told: boolean
}> {}

/** An error in place of the first words is as good as one with a status. */
const firstSetback = ({ error, told }: AnswerFailure): Setback =>
  new Setback({
    error,
    refusal: told ? { status: errorRow(error).status, text: error.message } : undefined,
    gone: false,
    advice: { again: errorRow(error).retryable && error._tag !== "RateLimited" && error._tag !== "BackendTimeout" }
  })

type EventPull = Pull.Pull<NonEmptyReadonlyArray<GenerationEvent>, AnswerFailure>

/** Pulls bytes until they say something. */
const pullEvents = (response: UpstreamResponse, reader: AnswerReader, { keys, onEnd }: Exchange): EventPull => {
  let failure: AnswerFailure | undefined

  const nextBytes = Effect.suspend(() =>
    reader.ending() ? Effect.flatMap(Effect.timeoutOption(response.pull, tokensPatience), orEnd) : response.pull
  )

  /** A failure is the stream's own, behind what was said before it. */
  const settled = (events: Events): Events => {
    const last = events.at(-1)
    if (last?.type !== "failed") {
      if (reader.over()) onEnd(reader)
      return events
    }
    failure = new AnswerFailure({ error: toldError(last.error, keys), told: true })
    return events.slice(0, -1)
  }

  const said = (events: Events): EventPull => {
    const [head, ...tail] = settled(events)
    return head === undefined ? pull : Effect.succeed([head, ...tail] as const)
  }

  /** Behind the reason to end there is nothing to lose but the count of tokens. */
  const onOver = (fault: UpstreamFault | Cause.Done): EventPull =>
    Cause.isDone(fault) || reader.ending()
      ? Effect.suspend(() => said(reader.end()))
      : Effect.fail(new AnswerFailure({ error: faultError(fault, true), told: false }))

  const pull: EventPull = Effect.suspend(() => {
    if (failure !== undefined) return Effect.fail(failure)
    if (reader.over()) return Effect.andThen(response.complete, Cause.done())
    return Effect.matchEffect(nextBytes, {
      onSuccess: (chunks) => said(reader.push(inOne(chunks))),
      onFailure: onOver
    })
  })
  return pull
}

const inOne = (chunks: NonEmptyReadonlyArray<Uint8Array>): Uint8Array =>
  chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)

const orEnd = <A>(chunks: Option.Option<A>): Pull.Pull<A> =>
  Option.isSome(chunks) ? Effect.succeed(chunks.value) : Cause.done()

/** The decoder knows every error; those that are not an upstream's are faults in reading it. */
const toldError = (error: PensieveError, keys: ReadonlyArray<string>): BackendError =>
  error._tag === "InternalError" || error._tag === "MethodNotAllowed"
    ? new BackendFailed({ message: redactKeys(error.message, keys) })
    : withMessage(error, redactKeys(error.message, keys))
