import type { BackendError } from "@pensieve/errors"
import type { Conversation, GenerationEvent, Notice } from "@pensieve/models"
import { Cause, Effect, Pull, Scope, Stream } from "effect"
import { randomBytes } from "node:crypto"
import { askOnceMore, type ReadAnswer } from "../ask-once-more.ts"
import { logNotices } from "../log-notices.ts"
import { secondAttempt } from "../second-attempt.ts"
import type { HttpUpstream } from "../upstream/http-upstream.ts"
import { type AnswerPull, type Exchange, openAnswer, type Setback } from "../upstream/open-answer.ts"
import { objectBytes, sharedJson } from "../upstream/shared-json.ts"
import { withRetries } from "../upstream/retries.ts"
import type { WatchedUpstream } from "../upstream/watch-upstream.ts"
import { isOverflow, overflowOf, type PromptSize, roomFor, roomTold } from "./fit-window.ts"
import { type Lesson, lessonOf } from "./lessons.ts"
import type { Memory } from "./memory.ts"
import type { KnownServer } from "./probe.ts"
import { makeAnswerReader, type UpstreamAnswerReader } from "./read-answer.ts"
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
type Asked = Effect.Effect<AnswerPull, BackendError, Scope.Scope>

/** A fresh id of a tool call. @see wire contract, section 3: `toolu_…`, unique in the conversation */
const makeCallId = (): string => `toolu_${randomBytes(15).toString("hex")}`

/** Who reads an answer. A request that is sent again has another reader; the last one made is the one that counts. */
interface Reading {
  last: boolean
  /** What was changed of the request that is answered, until it is logged. */
  notices: ReadonlyArray<Notice>
  before?: UpstreamAnswerReader
  reader?: UpstreamAnswerReader
}

/**
 * Asks the server: in the words it takes, learning from its refusals, until it answers or there is nothing to be done. An
 * answer that falls short (it is empty, or its only call cannot be run) is asked for once more behind the client's back.
 */
export const askUpstream = (
  asking: Asking,
  conversation: Conversation
): Effect.Effect<Answer, BackendError, Scope.Scope> =>
  Effect.gen(function* () {
    const first: Reading = { last: false, notices: [] }
    const second: Reading = { last: false, notices: [] }
    const both = [first, second]
    yield* Effect.addFinalizer(() =>
      logNotices([...takeNotices(both), ...both.flatMap(({ reader }) => reader?.mended() ?? [])])
    )
    const scope = yield* Effect.scope
    let pull = yield* askAs(asking, conversation, first)
    let begun = false
    let isLast = false
    const onDone = (): AnswerPull => {
      isLast = true
      const more = onShortfall(asking, conversation, first, second)
      if (more === undefined) return Cause.done()
      return Effect.flatMap(Scope.provide(Stream.toPull(more), scope), (next) => (pull = next))
    }
    const next: AnswerPull = Effect.suspend(() => (isLast ? pull : Pull.catchDone(pull, onDone)))
    return streamOf(
      Effect.suspend(() => {
        // The first words do not wait for the log.
        const notices = begun ? takeNotices(both) : []
        begun = true
        return notices.length === 0 ? next : Effect.andThen(logNotices(notices), next)
      })
    )
  })

const streamOf = (pull: AnswerPull): Answer => Stream.fromPull(Effect.succeed(pull))

const takeNotices = (readings: ReadonlyArray<Reading>): ReadonlyArray<Notice> =>
  readings.flatMap((reading) => {
    const { notices } = reading
    reading.notices = []
    return notices
  })

const askAs = (asking: Asking, conversation: Conversation, reading: Reading): Asked =>
  Effect.flatMap(firstAttempt(asking, conversation), (attempt) => ask(asking, conversation, attempt, reading))

const onShortfall = (
  asking: Asking,
  conversation: Conversation,
  { reader: before }: Reading,
  second: Reading
): Answer | undefined => {
  const shortfall = before?.shortfall() ?? null
  if (before === undefined || shortfall === null) return undefined
  const asked = secondAttempt(conversation, shortfall, makeCallId)
  second.last = shortfall.type === "empty"
  second.before = before
  return askOnceMore(
    readAnswer({ reader: before }),
    shortfall,
    readAnswer(second, before),
    Stream.unwrap(Effect.map(askAs(asking, asked, second), streamOf))
  )
}

/** What was read so far; before anything was, as much as of the answer before. */
const readAnswer = (reading: Pick<Reading, "reader">, before?: UpstreamAnswerReader): ReadAnswer => ({
  get over() {
    return reading.reader?.over() ?? false
  },
  get tokens() {
    return (reading.reader ?? before)?.tokens() ?? 0
  },
  settle: (better, tokens) => reading.reader?.settle(better, tokens) ?? []
})

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

const ask = (asking: Asking, conversation: Conversation, attempt: Attempt, reading: Reading): Asked =>
  Effect.suspend(() => {
    const prepared = prepare(asking, conversation, attempt)
    const overflow = overflowOf(prepared.size, attempt.traits)
    if (overflow !== undefined) return Effect.fail(overflow)
    const { notices } = prepared.shaped
    const teaches = (setback: Setback) => lessonFor(setback, prepared.shaped, attempt)
    const opened = withRetries(
      openAnswer(asking.upstream, exchangeOf(asking, conversation, attempt, prepared, reading)),
      (setback) => (teaches(setback) === undefined ? setback.advice : { again: false })
    )
    const told = Effect.map(opened, (answer) => {
      reading.notices = notices
      return answer
    })
    return Effect.catch(told, (setback) => {
      const lesson = teaches(setback)
      return lesson === undefined
        ? giveUp(asking, conversation, attempt, reading, setback)
        : askAgain(asking, conversation, attempt, reading, lesson)
    })
  })

const exchangeOf = (
  { headers, keys, memory }: Asking,
  conversation: Conversation,
  { server, model, traits }: Attempt,
  { shaped, bytes, characters, size }: Prepared,
  reading: Reading
): Exchange => ({
  request: {
    method: "POST",
    path: `${server.base}/chat/completions`,
    headers: { ...headers, "content-type": "application/json", accept: "text/event-stream, application/json" },
    body: bytes
  },
  keys,
  makeReader: () =>
    (reading.reader = makeAnswerReader({
      conversation,
      model,
      traits,
      toolNames: shaped.toolNames,
      callIds: shaped.callIds,
      makeCallId,
      notices: shaped.notices,
      promptTokens: size.tokens,
      estimate: size.estimate.tokens,
      last: reading.last,
      ...(reading.before === undefined ? {} : { before: reading.before })
    })),
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

const askAgain = (
  asking: Asking,
  conversation: Conversation,
  attempt: Attempt,
  reading: Reading,
  lesson: Lesson
): Asked =>
  Effect.gen(function* () {
    yield* Effect.logInfo("upstream refused; asked again in other words").pipe(
      Effect.annotateLogs({ model: attempt.model.id, change: lesson.what })
    )
    if (lesson.forNow !== true) asking.memory.learn(attempt.model.id, lesson.patch)
    const next = {
      ...attempt,
      traits: withTraits(attempt.traits, lesson.patch),
      lessonsLeft: attempt.lessonsLeft - 1
    }
    return yield* ask(asking, conversation, next, reading)
  })

/** The last word is the server's; but a model it no longer has may have got a successor. */
const giveUp = (
  asking: Asking,
  conversation: Conversation,
  attempt: Attempt,
  reading: Reading,
  { error, gone }: Setback
): Asked =>
  Effect.gen(function* () {
    const { watched, memory, choose } = asking
    if (gone) yield* watched.lose(error)
    if (error._tag === "PromptTooLong") memory.learnWindow(attempt.model.id, error.window)
    if (error._tag !== "NotFound" || attempt.lessonsLeft === 0) return yield* Effect.fail(error)
    const server = yield* watched.refresh
    const model = choose(server, conversation)
    if (model.id === attempt.model.id) return yield* Effect.fail(error)
    const next = { server, model, traits: memory.traits(server, model), lessonsLeft: 0 }
    return yield* ask(asking, conversation, next, reading)
  })
