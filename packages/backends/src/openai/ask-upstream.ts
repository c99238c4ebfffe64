import type { BackendError } from "@pensieve/errors"
import type { Conversation, GenerationEvent } from "@pensieve/models"
import { Effect, type Scope, type Stream } from "effect"
import { randomBytes } from "node:crypto"
import { logNotices } from "../log-notices.ts"
import type { HttpUpstream } from "../upstream/http-upstream.ts"
import { type Exchange, openAnswer, type Setback } from "../upstream/open-answer.ts"
import { objectBytes, sharedJson } from "../upstream/shared-json.ts"
import { withRetries } from "../upstream/retries.ts"
import type { WatchedUpstream } from "../upstream/watch-upstream.ts"
import { isOverflow, overflowOf, type PromptSize, roomFor, roomTold } from "./fit-window.ts"
import { type Lesson, lessonOf } from "./lessons.ts"
import type { Memory } from "./memory.ts"
import type { KnownServer } from "./probe.ts"
import { makeAnswerReader } from "./read-answer.ts"
import { type ShapedRequest, shapeRequest } from "./shape-request.ts"
import { type Traits, withTraits } from "./traits.ts"
import type { UpstreamModel } from "./upstream-model.ts"

/** Other words that one request is tried in, at most: each refusal teaches one thing. */
const mostLessons = 4

/** What asking needs. */
export interface Asking {
  readonly upstream: HttpUpstream
  readonly watched: WatchedUpstream<KnownServer>
  readonly memory: Memory
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string>>
  readonly keys: ReadonlyArray<string>
  readonly choose: (server: KnownServer, asked: Pick<Conversation, "model" | "routedModel">) => UpstreamModel
}

/** One request on its way: for which model, in which words. */
interface Attempt {
  readonly server: KnownServer
  readonly model: UpstreamModel
  readonly traits: Traits
  readonly lessonsLeft: number
}

/** A conversation in the words for one server, with its size. */
interface Prepared {
  readonly shaped: ShapedRequest
  readonly bytes: Uint8Array
  /** Characters that count as tokens. */
  readonly characters: number
  readonly size: PromptSize
}

type Answer = Stream.Stream<GenerationEvent, BackendError>
type Asked = Effect.Effect<Answer, BackendError, Scope.Scope>

/** A fresh id of a tool call. @see wire contract, section 3: `toolu_…`, unique in the conversation */
const makeCallId = (): string => `toolu_${randomBytes(15).toString("hex")}`

/** Asks the server: in the words it takes, learning from its refusals, until it answers or there is nothing to be done. */
export const askUpstream = (asking: Asking, conversation: Conversation): Asked =>
  Effect.flatMap(firstAttempt(asking, conversation), (attempt) => ask(asking, conversation, attempt))

/** Tokens of the prompt, estimated. */
export const sizeOf = (asking: Asking, conversation: Conversation): Effect.Effect<number, BackendError> =>
  Effect.map(firstAttempt(asking, conversation), (attempt) => prepare(asking, conversation, attempt).size.tokens)

const firstAttempt = ({ watched, memory, choose }: Asking, conversation: Conversation) =>
  Effect.suspend(() =>
    Effect.map(memory.takeNews() ? watched.refresh : watched.found, (server): Attempt => {
      const model = choose(server, conversation)
      return { server, model, traits: memory.traits(server, model), lessonsLeft: mostLessons }
    })
  )

/** The bound of the answer is put in last, once it is known how much room the rest leaves: before a server refuses it. */
const prepare = ({ memory }: Asking, conversation: Conversation, { model, traits }: Attempt): Prepared => {
  const shaped = shapeRequest(conversation, model.id, traits)
  const field = traits.request.maxTokensField
  const { [field]: wanted, ...rest } = shaped.body
  const json = sharedJson(rest)
  const characters = json.characters - shaped.mediaLength
  const estimate = memory.estimate(model.id)
  const size = { tokens: estimate.tokens(characters), window: memory.window(model), estimate }
  if (typeof wanted !== "number") return { shaped, bytes: objectBytes(json), characters, size }
  const bound = Math.min(wanted, roomFor(size) ?? wanted)
  return {
    shaped: { ...shaped, body: { ...rest, [field]: bound } },
    bytes: objectBytes(json, { [field]: bound }),
    characters,
    size
  }
}

const ask = (asking: Asking, conversation: Conversation, attempt: Attempt): Asked =>
  Effect.suspend(() => {
    const prepared = prepare(asking, conversation, attempt)
    const overflow = overflowOf(prepared.size, attempt.traits)
    if (overflow !== undefined) return Effect.fail(overflow)
    const teaches = (setback: Setback) => lessonFor(setback, prepared.shaped, attempt)
    return openAnswer(asking.upstream, exchangeOf(asking, conversation, attempt, prepared)).pipe(
      (opened) =>
        withRetries(opened, (setback) => (teaches(setback) === undefined ? setback.advice : { again: false })),
      Effect.tap(() => logNotices(prepared.shaped.notices)),
      Effect.catch((setback) => {
        const lesson = teaches(setback)
        return lesson === undefined
          ? giveUp(asking, conversation, attempt, setback)
          : askAgain(asking, conversation, attempt, lesson)
      })
    )
  })

const exchangeOf = (
  { headers, keys, memory }: Asking,
  conversation: Conversation,
  { server, model, traits }: Attempt,
  { shaped, bytes, characters, size }: Prepared
): Exchange => ({
  request: {
    method: "POST",
    path: `${server.base}/chat/completions`,
    headers: { ...headers, "content-type": "application/json", accept: "text/event-stream, application/json" },
    body: bytes
  },
  keys,
  makeReader: () =>
    makeAnswerReader({
      conversation,
      model,
      traits,
      toolNames: shaped.toolNames,
      callIds: shaped.callIds,
      makeCallId,
      notices: shaped.notices,
      promptTokens: size.tokens,
      estimate: size.estimate.tokens
    }),
  onEnd: (reader) => {
    if (model.loaded === false && model.window === undefined) memory.loaded()
    const counted = reader.counted()
    if (counted === undefined) return
    size.estimate.learn(characters, counted.inputTokens + counted.cacheReadTokens + counted.cacheCreationTokens)
    if (counted.cacheReadTokens > 0) memory.sawCache()
  }
})

/** What a refusal teaches for this request; an overflow teaches only how much room there is. */
const lessonFor = (
  { error, refusal }: Setback,
  sent: ShapedRequest,
  { traits, lessonsLeft }: Attempt
): Lesson | undefined => {
  if (lessonsLeft === 0 || refusal === undefined) return undefined
  const room = roomTold(error)
  if (room !== undefined && room < (traits.mostMaxTokens ?? Number.POSITIVE_INFINITY))
    return { patch: { mostMaxTokens: room }, what: `the answer is bounded to the ${room} tokens left`, forNow: true }
  return isOverflow(error) ? undefined : lessonOf(refusal, sent, traits)
}

const askAgain = (asking: Asking, conversation: Conversation, attempt: Attempt, lesson: Lesson): Asked =>
  Effect.gen(function* () {
    yield* Effect.logInfo("upstream refused; asked again in other words").pipe(
      Effect.annotateLogs({ model: attempt.model.id, change: lesson.what })
    )
    if (lesson.forNow !== true) asking.memory.learn(attempt.model.id, lesson.patch)
    return yield* ask(asking, conversation, {
      ...attempt,
      traits: withTraits(attempt.traits, lesson.patch),
      lessonsLeft: attempt.lessonsLeft - 1
    })
  })

/** The last word is the server's; but a model it no longer has may have got a successor. */
const giveUp = (asking: Asking, conversation: Conversation, attempt: Attempt, { error, gone }: Setback): Asked =>
  Effect.gen(function* () {
    const { watched, memory, choose } = asking
    if (gone) yield* watched.lose(error)
    if (error._tag === "PromptTooLong") memory.learnWindow(attempt.model.id, error.window)
    if (error._tag !== "NotFound" || attempt.lessonsLeft === 0) return yield* Effect.fail(error)
    const server = yield* watched.refresh
    const model = choose(server, conversation)
    if (model.id === attempt.model.id) return yield* Effect.fail(error)
    return yield* ask(asking, conversation, { server, model, traits: memory.traits(server, model), lessonsLeft: 0 })
  })
