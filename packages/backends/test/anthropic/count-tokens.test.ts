import { anthropicBackendLayer, Backend } from "@pensieve/backends"
import { anthropic } from "@pensieve/translator"
import { type ScriptedUpstream, startUpstream } from "@pensieve/test-harness"
import { Effect, Result } from "effect"
import { afterEach, assert, describe, it } from "vitest"

const body = {
  model: "claude-x",
  max_tokens: 5,
  stream: true,
  temperature: 0.5,
  system: "be kind",
  messages: [{ role: "user", content: "hi" }]
}
const conversation = Result.getOrThrow(anthropic.decodeRequest(body, { headers: {} }))

describe("the tokens of a prompt", () => {
  let upstream: ScriptedUpstream | undefined
  afterEach(() => upstream?.stop())

  const count = (address: string) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const backend = yield* Backend
        return yield* Effect.result(backend.countTokens(conversation))
      }).pipe(Effect.provide(anthropicBackendLayer({ url: address, model: "claude-y" })))
    )

  it("are what the upstream counts of it, without the fields that say how to answer", async () => {
    upstream = await startUpstream({ routes: { "POST /v1/messages/count_tokens": { input_tokens: 12 } } })
    assert.deepStrictEqual(await count(upstream.url), Result.succeed(12))
    const call = upstream.seen.find(({ path }) => path === "/v1/messages/count_tokens")
    const { model, system, messages } = { ...body, model: "claude-y" }
    assert.deepStrictEqual(JSON.parse(call?.text ?? ""), { model, system, messages })
  })

  it("fail as the upstream does", async () => {
    const refusal = { type: "error", error: { type: "api_error", message: "broken" } }
    upstream = await startUpstream({ statuses: { "POST /v1/messages/count_tokens": [500, refusal] } })
    const result = await count(upstream.url)
    assert.strictEqual(Result.isFailure(result) ? result.failure._tag : "", "UpstreamFailed")
  })
})
