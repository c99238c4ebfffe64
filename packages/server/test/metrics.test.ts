import { describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import { readHealth } from "@pensieve/operations"
import { Deferred, Effect, Stream } from "effect"
import { assert } from "vitest"
import { plainAnswer, startServer, type TestBackend, token } from "./test-server.ts"
import { until } from "./until.ts"

const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }

const get = (url: string) =>
  Effect.promise(async () => {
    const response = await fetch(url, { headers })
    return { status: response.status, text: await response.text() }
  })

const ask = (base: string) =>
  fetch(`${base}/v1/messages`, {
    method: "POST",
    headers,
    body: JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content: "canary-question" }] })
  }).then((response) => response.text())

const live = (name: string, backend: TestBackend, test: (base: string) => Effect.Effect<void>) =>
  it.live(name, () => Effect.scoped(Effect.flatMap(startServer(backend), test)))

describe("GET /metrics", () => {
  live("counts requests and tokens in Prometheus' words, and tells no content", {}, (base) =>
    Effect.gen(function* () {
      yield* Effect.promise(() => ask(base))
      const { status, text } = yield* get(`${base}/metrics`)
      assert.strictEqual(status, 200)
      assert.match(
        text,
        /^pensieve_requests_total\{(?=.*class="main")(?=.*dialect="anthropic")(?=.*outcome="end-turn").*\} 1$/m
      )
      assert.match(text, /^pensieve_prompt_tokens_total\{cache="none"\} 12$/m)
      assert.match(text, /^pensieve_answer_tokens_total 3$/m)
      assert.match(text, /^pensieve_answer_seconds_count 1$/m)
      assert.match(text, /^pensieve_backend_up\{backend="test"\} 1$/m)
      assert.notInclude(text, "canary")
    })
  )

  live("is not for strangers", {}, (base) =>
    Effect.gen(function* () {
      const response = yield* Effect.promise(() => fetch(`${base}/metrics`))
      assert.strictEqual(response.status, 401)
    })
  )

  live("counts an answer that failed by what it failed of", { generate: () => Stream.die("a fault") }, (base) =>
    Effect.gen(function* () {
      yield* Effect.promise(() => ask(base))
      assert.match((yield* get(`${base}/metrics`)).text, /^pensieve_requests_total\{.*outcome="fault".*\} 1$/m)
    })
  )
})

describe("GET /health with the token", () => {
  it.live("shows what is under way, as far as it is, and then counts it", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const go = yield* Deferred.make<void>()
        const begun: ReadonlyArray<GenerationEvent> = [
          { type: "accepted", promptTokens: 100 },
          { type: "started", cachedTokens: 40 },
          { type: "prefill", done: 70, total: 100 }
        ]
        const generate = () =>
          Stream.fromArray(begun).pipe(
            Stream.concat(Stream.drain(Stream.fromEffect(Deferred.await(go)))),
            Stream.concat(Stream.fromArray(plainAnswer("x").slice(2)))
          )
        const base = yield* startServer({ generate })
        const health = Effect.map(get(`${base}/health`), ({ text }) => readHealth(text))
        const asked = ask(base)
        const [request] = yield* Effect.promise(() =>
          until("the prompt is prefilled", 5000, async () => {
            const running = (await Effect.runPromise(health))?.running ?? []
            return running[0]?.prefilled === 70 ? running : undefined
          })
        )
        assert.include(request, { phase: "prefill", promptTokens: 100, cachedTokens: 40, class: "main", model: "m" })
        yield* Deferred.succeed(go, undefined)
        yield* Effect.promise(() => asked)
        const after = yield* health
        assert.deepEqual(after?.running, [])
        assert.deepInclude(after?.totals, { finished: 1, failed: 0, promptTokens: 12, outputTokens: 3 })
      })
    )
  )
})
