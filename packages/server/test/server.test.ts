import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, PromptTooLong } from "@pensieve/errors"
import { Effect, Stream } from "effect"
import { request } from "undici"
import { plainAnswer, startServer, type TestBackend, token } from "./test-server.ts"

const authorization = { authorization: `Bearer ${token}` }
const json = { "content-type": "application/json" }
const question = { model: "claude-3-sonnet-20240229", max_tokens: 50, messages: [{ role: "user", content: "Hi" }] }

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | Array<string> | undefined>
  readonly text: string
}

const call = (
  url: string,
  method: "GET" | "POST" | "HEAD" | "DELETE",
  headers: Record<string, string> = {},
  body?: string | Buffer
) =>
  Effect.promise(async (): Promise<Answer> => {
    const response = await request(url, { method, headers, ...(body === undefined ? {} : { body }) })
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() }
  })

const ask = (base: string, body: unknown, headers: Record<string, string> = {}) =>
  call(
    `${base}/v1/messages`,
    "POST",
    { ...authorization, ...json, ...headers },
    typeof body === "string" ? body : JSON.stringify(body)
  )

const live = (name: string, backend: TestBackend, test: (base: string) => Effect.Effect<void>, policy = {}) =>
  it.live(name, () => Effect.scoped(Effect.flatMap(startServer(backend, policy), test)))

const errorOf = (answer: Answer) =>
  JSON.parse(answer.text) as { type: string; error: { type: string; message: string }; request_id: string }

describe("health and probes", () => {
  live("says healthy when the backend is ready, to anybody", {}, (base) =>
    Effect.gen(function* () {
      const answer = yield* call(`${base}/health`, "GET")
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(JSON.parse(answer.text), { status: "healthy" })
    })
  )

  live("says starting with 503 while the model loads", { status: { status: "starting", message: "loading" } }, (base) =>
    Effect.gen(function* () {
      const answer = yield* call(`${base}/health`, "GET")
      assert.strictEqual(answer.status, 503)
      assert.strictEqual(JSON.parse(answer.text).status, "starting")
    })
  )

  live("answers the clients' probes without a token", {}, (base) =>
    Effect.gen(function* () {
      for (const path of ["/", "/api/hello"]) assert.strictEqual((yield* call(`${base}${path}`, "HEAD")).status, 200)
    })
  )
})

describe("the gate", () => {
  live("answers 401 in the Anthropic shape, with the request id in both places", {}, (base) =>
    Effect.gen(function* () {
      for (const headers of [{}, { authorization: "Bearer wrong" }, { "x-api-key": "wrong" }]) {
        const answer = yield* call(`${base}/v1/messages`, "POST", { ...json, ...headers }, JSON.stringify(question))
        const body = errorOf(answer)
        assert.strictEqual(answer.status, 401)
        assert.strictEqual(body.type, "error")
        assert.strictEqual(body.error.type, "authentication_error")
        assert.strictEqual(body.request_id, answer.headers["request-id"])
        assert.match(body.request_id, /^req_\w{24}$/)
      }
    })
  )

  live("refuses a foreign host and a browser", {}, (base) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* call(`${base}/health`, "GET", { host: "evil.example" })).status, 403)
      assert.strictEqual(
        (yield* call(`${base}/v1/models`, "GET", { ...authorization, origin: "http://evil.example" })).status,
        403
      )
    })
  )

  live("gives unknown paths 404 and wrong methods 405 with what is allowed", {}, (base) =>
    Effect.gen(function* () {
      const nowhere = yield* call(`${base}/v1/nothing`, "GET", authorization)
      assert.strictEqual(nowhere.status, 404)
      assert.strictEqual(errorOf(nowhere).error.type, "not_found_error")
      const wrong = yield* call(`${base}/v1/messages`, "GET", authorization)
      assert.strictEqual(wrong.status, 405)
      assert.strictEqual(wrong.headers["allow"], "POST")
    })
  )
})

describe("POST /v1/messages", () => {
  live("answers whole, and echoes the model id it was asked for", {}, (base) =>
    Effect.gen(function* () {
      for (const model of ["claude-3-sonnet-20240229", "claude-opus-5-5[1m]", "anything at all"]) {
        const answer = yield* ask(base, { ...question, model })
        const message = JSON.parse(answer.text)
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(message.model, model)
        assert.deepStrictEqual(message.content, [{ type: "text", text: "Hello!", citations: null }])
        assert.strictEqual(message.stop_reason, "end_turn")
        assert.strictEqual(message.usage.input_tokens, 12)
        assert.strictEqual(message.usage.output_tokens, 3)
      }
    })
  )

  live("takes the paths clients really use", {}, (base) =>
    Effect.gen(function* () {
      for (const path of ["/v1/messages?beta=true", "/v1/v1/messages"])
        assert.strictEqual(
          (yield* call(`${base}${path}`, "POST", { ...authorization, ...json }, JSON.stringify(question))).status,
          200
        )
    })
  )

  live("names the field that is wrong", {}, (base) =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [unknown, RegExp]> = [
        [{ ...question, max_tokens: undefined }, /max_tokens/],
        [{ ...question, messages: "hello" }, /messages/],
        [{ ...question, messages: [{ role: "robot", content: "x" }] }, /messages\.0\.role/],
        [
          { ...question, messages: [{ role: "user", content: [{ type: "text", text: 5 }] }] },
          /messages\.0\.content\.0\.text/
        ],
        ["{not json", /JSON/],
        ["[]", /object/],
        [`${"[".repeat(300)}${"]".repeat(300)}`, /nested/]
      ]
      for (const [body, pattern] of cases) {
        const answer = yield* ask(base, body)
        assert.strictEqual(answer.status, 400)
        assert.strictEqual(errorOf(answer).error.type, "invalid_request_error")
        assert.match(errorOf(answer).error.message, pattern)
      }
    })
  )

  live("refuses other content types and bodies over 32 MB", {}, (base) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ask(base, question, { "content-type": "text/plain" })).status, 400)
      const big = yield* ask(
        base,
        JSON.stringify({ ...question, messages: [{ role: "user", content: "x".repeat(33 * 1024 * 1024) }] })
      )
      assert.strictEqual(big.status, 413)
      assert.strictEqual(errorOf(big).error.type, "request_too_large")
    })
  )

  for (const stream of [true, false])
    live(
      `gives an overflow its real status and exact words (${stream ? "streaming" : "whole"})`,
      { generate: () => Stream.fail(new PromptTooLong({ promptTokens: 40000, window: 32768 })) },
      (base) =>
        Effect.gen(function* () {
          const answer = yield* ask(base, { ...question, stream })
          assert.strictEqual(answer.status, 400)
          assert.strictEqual(errorOf(answer).error.message, "prompt is too long: 40000 tokens > 32768 maximum")
          assert.strictEqual(answer.headers["x-should-retry"], "false")
        })
    )

  live("streams server-sent events with the headers clients need", {}, (base) =>
    Effect.gen(function* () {
      const answer = yield* ask(base, { ...question, stream: true })
      assert.match(String(answer.headers["content-type"]), /^text\/event-stream/)
      assert.isString(answer.headers["request-id"])
      const events = [...answer.text.matchAll(/^event: (.+)$/gm)].map((match) => match[1])
      assert.deepStrictEqual(events, [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop"
      ])
    })
  )

  live(
    "tells an error after the headers inside the stream, and never a finished answer",
    {
      generate: () =>
        Stream.concat(
          Stream.fromArray(plainAnswer("half").slice(0, 3)),
          Stream.fail(new BackendFailed({ message: "the engine died" }))
        )
    },
    (base) =>
      Effect.gen(function* () {
        const answer = yield* ask(base, { ...question, stream: true })
        assert.strictEqual(answer.status, 200)
        assert.match(answer.text, /event: error\ndata: .*"api_error".*the engine died/)
        assert.notMatch(answer.text, /message_stop|message_delta/)
      })
  )

  live(
    "makes an error of a stream that just ends",
    { generate: () => Stream.fromArray(plainAnswer("half").slice(0, 3)) },
    (base) =>
      Effect.gen(function* () {
        const streamed = yield* ask(base, { ...question, stream: true })
        assert.match(streamed.text, /event: error/)
        assert.strictEqual((yield* ask(base, question)).status, 500)
      })
  )

  live("keeps its own faults to itself", { generate: () => Stream.die(new Error("secret path /home/me")) }, (base) =>
    Effect.gen(function* () {
      for (const stream of [true, false]) {
        const answer = yield* ask(base, { ...question, stream })
        assert.match(answer.text, /api_error/)
        assert.notMatch(answer.text, /secret/)
      }
    })
  )

  live(
    "pings while the prompt is prefilled, before and after the first event",
    {
      errorPatience: "40 millis",
      generate: () =>
        Stream.fromArray(plainAnswer("x")).pipe(
          Stream.tap((event) =>
            event.type === "accepted" || event.type === "text-delta" ? Effect.sleep("150 millis") : Effect.void
          )
        )
    },
    (base) =>
      Effect.gen(function* () {
        const { text } = yield* ask(base, { ...question, stream: true })
        const events = [...text.matchAll(/^event: (.+)$/gm)].map((match) => match[1])
        const start = events.indexOf("message_start")
        assert.isAbove(events.slice(0, start).filter((name) => name === "ping").length, 0)
        assert.isAbove(events.slice(start).filter((name) => name === "ping").length, 0)
        assert.strictEqual(events.at(-1), "message_stop")
      }),
    { pingEvery: "40 millis" }
  )

  live(
    "dribbles white space under a whole answer that takes long, and it is still one JSON value",
    {
      generate: () =>
        Stream.fromArray(plainAnswer("late")).pipe(
          Stream.mapEffect((event) => Effect.delay(Effect.succeed(event), "60 millis"))
        )
    },
    (base) =>
      Effect.gen(function* () {
        const answer = yield* ask(base, question)
        assert.strictEqual(answer.status, 200)
        assert.match(answer.text, /^ +\{/)
        assert.strictEqual(JSON.parse(answer.text).content[0].text, "late")
      }),
    { pingEvery: "30 millis", wholeAnswerPatience: "50 millis" }
  )
})

describe("the other routes", () => {
  live("counts tokens", { tokens: 1234 }, (base) =>
    Effect.gen(function* () {
      const body = JSON.stringify({ model: "m", messages: question.messages })
      const answer = yield* call(
        `${base}/v1/messages/count_tokens?beta=true`,
        "POST",
        { ...authorization, ...json },
        body
      )
      assert.strictEqual(JSON.parse(answer.text).input_tokens, 1234)
    })
  )

  live("lists the model, and knows every id", {}, (base) =>
    Effect.gen(function* () {
      const list = JSON.parse(
        (yield* call(`${base}/v1/models?limit=1000`, "GET", { ...authorization, "anthropic-version": "2023-06-01" }))
          .text
      )
      assert.strictEqual(list.data[0].id, "test-model")
      assert.strictEqual(list.has_more, false)
      const one = JSON.parse(
        (yield* call(`${base}/v1/models/claude-opus-5-5`, "GET", {
          ...authorization,
          "anthropic-version": "2023-06-01"
        })).text
      )
      assert.strictEqual(one.id, "claude-opus-5-5")
      assert.strictEqual(one.max_input_tokens, 4096)
    })
  )
})
