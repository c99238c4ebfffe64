import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, BackendTimeout, type PensieveError } from "@pensieve/errors"
import type { GenerationEvent } from "@pensieve/models"
import { startFeed } from "@pensieve/streaming"
import { Array as Arr, Effect, Exit, Fiber, Result, type Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { anthropicDialect, type Dialect, openaiChatDialect, openaiResponsesDialect } from "../src/dialect.ts"
import { streamedAnswer } from "../src/streamed-answer.ts"
import { wholeAnswer } from "../src/whole-answer.ts"
import { plainAnswer } from "./test-server.ts"

type Events = Stream.Stream<GenerationEvent, PensieveError>
/** The texts of an answer; none where it came in time to be told as a whole. */
type Answer = Effect.Effect<Stream.Stream<string, unknown>, PensieveError, Scope.Scope>

const dialects = [anthropicDialect, openaiChatDialect, openaiResponsesDialect]

const conversationOf = (dialect: Dialect) =>
  Result.getOrThrow(
    dialect.decodeRequest({ model: "m", max_tokens: 9, input: "Hi", messages: [{ role: "user", content: "Hi" }] }, {})
  )

const exchange = (events: Events) =>
  Effect.map(
    startFeed<PensieveError, never>((push) => Stream.runForEachArray(events, push)),
    (feed) => ({
      requestId: "req_1",
      feed,
      headers: () => ({}),
      pingEvery: "10 seconds" as const
    })
  )

const streamed = (dialect: Dialect, events: Events): Answer =>
  Effect.flatMap(exchange(events), (common) =>
    Effect.map(
      streamedAnswer({
        ...common,
        writer: dialect.streamWriter(conversationOf(dialect), {}),
        errorPatience: "1 second"
      }),
      ({ texts }) => Stream.fromPull(Effect.succeed(Effect.map(texts, Arr.of)))
    )
  )

const whole = (dialect: Dialect, events: Events): Answer =>
  Effect.flatMap(exchange(events), (common) =>
    Effect.map(
      wholeAnswer({
        ...common,
        gatherer: dialect.bodyGatherer(conversationOf(dialect), {}),
        errorBody: (error) => dialect.errorBody(error, "req_1"),
        patience: "1 minute"
      }),
      ({ body }) => (body._tag === "Stream" ? Stream.decodeText(body.stream) : Stream.empty)
    )
  )

/** What a client hears while time passes second by second: each piece with its second, and how it ended. */
const heard = (answer: Answer, seconds: number) =>
  Effect.gen(function* () {
    const pieces: Array<{ readonly second: number; readonly text: string }> = []
    let second = 0
    const fiber = yield* Effect.forkChild(
      Effect.flatMap(
        answer,
        Stream.runForEach((text) => Effect.sync(() => pieces.push({ second, text })))
      )
    )
    yield* TestClock.adjust(0)
    for (second = 1; second <= seconds; second++) yield* TestClock.adjust("1 second")
    const exit = fiber.pollUnsafe()
    yield* Fiber.interrupt(fiber)
    return { pieces, text: pieces.map((piece) => piece.text).join(""), exit }
  }).pipe(Effect.scoped)

const longestPause = (pieces: ReadonlyArray<{ readonly second: number }>, from: number): number =>
  Math.max(...pieces.map(({ second }, index) => second - (pieces[index - 1]?.second ?? from)))

/** Twelve minutes of reading the prompt, told every second, then an answer. */
const longPrefill: Events = Stream.fromArray<GenerationEvent>([{ type: "accepted", promptTokens: 12 }]).pipe(
  Stream.concat(
    Stream.range(1, 720).pipe(
      Stream.mapEffect((done) =>
        Effect.delay(Effect.succeed<GenerationEvent>({ type: "prefill", done, total: 720 }), "1 second")
      )
    )
  ),
  Stream.concat(Stream.fromArray(plainAnswer("late").slice(1)))
)

const dieAfter = (seconds: number): Events =>
  Stream.fromEffect(Effect.delay(Effect.fail(new BackendFailed({ message: "it died" })), `${seconds} seconds`))

describe("a streamed answer", () => {
  for (const dialect of dialects)
    it.effect(`is never silent for more than ten seconds while a long prompt is read (${dialect.name})`, () =>
      Effect.gen(function* () {
        const { pieces, text, exit } = yield* heard(streamed(dialect, longPrefill), 730)
        assert.isAtMost(longestPause(pieces, 0), 10)
        assert.include(text, "late")
        assert.isTrue(exit !== undefined && Exit.isSuccess(exit))
      })
    )

  it.effect("pings for eight minutes and then ticks an open thinking block, for Claude Code", () =>
    Effect.gen(function* () {
      const { pieces } = yield* heard(streamed(anthropicDialect, longPrefill), 730)
      const kinds = (from: number, to: number) =>
        new Set(
          pieces
            .filter(({ second }) => second >= from && second < to)
            .flatMap(({ text }) => [...text.matchAll(/^event: (.+)$/gm)].map((match) => match[1]))
        )
      assert.deepStrictEqual([...kinds(0, 480)], ["ping"])
      assert.deepStrictEqual([...kinds(480, 490)], ["message_start", "content_block_start", "content_block_delta"])
      assert.deepStrictEqual([...kinds(490, 720)], ["content_block_delta"])
    })
  )

  it.effect("has events and not only comments for Codex", () =>
    Effect.gen(function* () {
      const { text } = yield* heard(streamed(openaiResponsesDialect, Stream.never), 60)
      assert.isAtLeast([...text.matchAll(/^event: keepalive$/gm)].length, 5)
    })
  )

  for (const [seconds, kept] of [
    [0.9, true],
    [1.1, false]
  ] as const)
    it.effect(`that fails after ${seconds} s ${kept ? "keeps its status" : "is committed already"}`, () =>
      Effect.gen(function* () {
        const { text, exit } = yield* heard(streamed(anthropicDialect, dieAfter(seconds)), 3)
        assert.isTrue(exit !== undefined && Exit.isFailure(exit) === kept)
        assert.strictEqual(/event: error/.test(text), !kept)
      })
    )
})

describe("a whole answer", () => {
  for (const dialect of dialects)
    it.effect(`that takes minutes is white space every ten seconds, and then one JSON value (${dialect.name})`, () =>
      Effect.gen(function* () {
        const { pieces, text } = yield* heard(whole(dialect, longPrefill), 730)
        assert.isAtMost(longestPause(pieces, 60), 10)
        assert.match(text, /^ {60,}\{/)
        assert.include(JSON.stringify(JSON.parse(text)), "late")
      })
    )

  it.effect("that takes less than a minute is sent in one piece", () =>
    Effect.gen(function* () {
      const events = Stream.mapEffect(Stream.fromArray(plainAnswer("late")), (event) =>
        Effect.delay(Effect.succeed(event), "10 seconds")
      )
      const { pieces, exit } = yield* heard(whole(anthropicDialect, events), 59)
      assert.deepStrictEqual(pieces, [])
      assert.isTrue(exit !== undefined && Exit.isSuccess(exit))
    })
  )

  it.effect("that fails within a minute keeps its status", () =>
    Effect.gen(function* () {
      const { exit } = yield* heard(whole(anthropicDialect, dieAfter(50)), 59)
      assert.isTrue(exit !== undefined && Exit.isFailure(exit))
    })
  )

  for (const dialect of dialects)
    it.effect(`that fails later tells the error and then breaks off (${dialect.name})`, () =>
      Effect.gen(function* () {
        const events = Stream.fromEffect(
          Effect.delay(Effect.fail(new BackendTimeout({ message: "no progress" })), "90 seconds")
        )
        const { text, exit } = yield* heard(whole(dialect, events), 100)
        assert.strictEqual(JSON.parse(text).error.message, "no progress")
        assert.isTrue(exit !== undefined && Exit.isFailure(exit))
      })
    )
})
