import { describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import { Effect, Exit, Scope, Stream } from "effect"
import { assert } from "vitest"
import { plainAnswer, startServer, token } from "./test-server.ts"

const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
const question = { model: "m", max_tokens: 50, messages: [{ role: "user", content: "Hi" }] }
const responses = { model: "m", input: "Hi", stream: true }

const begun: ReadonlyArray<GenerationEvent> = plainAnswer("x").slice(0, 3)
const endless = () => Stream.concat(Stream.fromArray(begun), Stream.never)

/** Asks, ends the server as soon as the answer has begun, and gives what arrived and how long the end took. */
const endedInMidAnswer = (path: string, body: object, host = "127.0.0.1") =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const running = Promise.withResolvers<void>()
    const generate = () =>
      Stream.onStart(
        endless(),
        Effect.sync(() => running.resolve())
      )
    const base = yield* Scope.provide(startServer({ generate }), scope)
    const asked = fetch(base.replace("127.0.0.1", host) + path, { method: "POST", headers, body: JSON.stringify(body) })
    yield* Effect.promise(() => running.promise)
    const first = "stream" in body ? yield* Effect.promise(() => asked) : undefined
    const before = performance.now()
    yield* Scope.close(scope, Exit.void)
    const took = performance.now() - before
    const answer = first ?? (yield* Effect.promise(() => asked))
    return { status: answer.status, text: yield* Effect.promise(() => answer.text()), took }
  })

describe("the end of the server", () => {
  it.live("ends a stream of messages with an error event, within two seconds", () =>
    Effect.gen(function* () {
      const { text, took } = yield* endedInMidAnswer("/v1/messages", { ...question, stream: true })
      assert.match(text, /event: error\ndata: .*"type":"api_error".*Pensieve is being stopped.*\n\n$/)
      assert.notMatch(text, /message_stop/)
      assert.isBelow(took, 2000)
    })
  )

  it.live("ends a stream over IPv6 in the same way", () =>
    Effect.gen(function* () {
      const { text, took } = yield* endedInMidAnswer("/v1/messages", { ...question, stream: true }, "[::1]")
      assert.match(text, /event: error\ndata: .*Pensieve is being stopped.*\n\n$/)
      assert.isBelow(took, 2000)
    })
  )

  it.live("ends a stream of chat chunks with an error chunk and without [DONE]", () =>
    Effect.gen(function* () {
      const { text } = yield* endedInMidAnswer("/v1/chat/completions", { ...question, stream: true })
      assert.match(text, /data: \{"error":\{"message":"Pensieve is being stopped[^\n]*\n\n$/)
      assert.notInclude(text, "[DONE]")
    })
  )

  it.live("ends a stream of a response with response.failed", () =>
    Effect.gen(function* () {
      const { text } = yield* endedInMidAnswer("/v1/responses", responses)
      assert.match(text, /event: response\.failed\ndata: [^\n]*Pensieve is being stopped[^\n]*\n\n$/)
    })
  )

  it.live("answers who waits for a whole answer with 503", () =>
    Effect.gen(function* () {
      const { status, text } = yield* endedInMidAnswer("/v1/messages", question)
      assert.strictEqual(status, 503)
      assert.match(text, /Pensieve is being stopped/)
    })
  )
})
