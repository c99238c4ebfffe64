import { describe, it } from "@effect/vitest"
import { challengeHeader, proofHeader, proofOf } from "@pensieve/auth"
import { readHealth } from "@pensieve/operations"
import { Effect } from "effect"
import { assert } from "vitest"
import { startServer, type TestBackend, token } from "./test-server.ts"

const ask = (base: string, headers: Record<string, string> = {}) =>
  Effect.promise(async () => {
    const response = await fetch(`${base}/health`, { headers })
    return { status: response.status, headers: response.headers, text: await response.text() }
  })

const live = (name: string, backend: TestBackend, test: (base: string) => Effect.Effect<void>) =>
  it.live(name, () => Effect.scoped(Effect.flatMap(startServer(backend), test)))

describe("GET /health", () => {
  live("tells a stranger the status and nothing else, whatever token he tries", {}, (base) =>
    Effect.gen(function* () {
      for (const headers of [{}, { authorization: "Bearer wrong" }]) {
        const { status, text } = yield* ask(base, headers)
        assert.strictEqual(status, 200)
        assert.deepEqual(JSON.parse(text), { status: "healthy" })
      }
    })
  )

  live("tells who it is and who answers to whoever has the token", {}, (base) =>
    Effect.gen(function* () {
      const { text } = yield* ask(base, { authorization: `Bearer ${token}` })
      assert.deepInclude(readHealth(text), {
        status: "healthy",
        version: "0.0.0-test",
        pid: process.pid,
        model: "test-model",
        window: 4096
      })
    })
  )

  live(
    "tells why it is not healthy to whoever has the token",
    { status: { status: "failed", message: "The engine could not start." } },
    (base) =>
      Effect.gen(function* () {
        assert.deepEqual(JSON.parse((yield* ask(base)).text), { status: "unhealthy" })
        const { status, text } = yield* ask(base, { "x-api-key": token })
        assert.strictEqual(status, 503)
        assert.strictEqual(readHealth(text)?.message, "The engine could not start.")
      })
  )

  live("proves that it knows the token, for its own port", {}, (base) =>
    Effect.gen(function* () {
      const challenge = "a-challenge-of-a-client"
      const { headers } = yield* ask(base, { [challengeHeader]: challenge })
      assert.strictEqual(headers.get(proofHeader), proofOf(token, Number(new URL(base).port), challenge))
      assert.isNull((yield* ask(base)).headers.get(proofHeader))
    })
  )
})
