import Anthropic from "@anthropic-ai/sdk"
import { assert, describe, it } from "@effect/vitest"
import { BackendFailed } from "@pensieve/errors"
import { Effect, Stream } from "effect"
import OpenAI from "openai"
import { startServer, token } from "./test-server.ts"

const slowDeath = Stream.fromEffect(Effect.delay(Effect.fail(new BackendFailed({ message: "it died" })), "80 millis"))

const failsLate = (name: string, ask: (base: string) => Promise<unknown>) =>
  it.live(name, () =>
    Effect.scoped(
      Effect.gen(function* () {
        const base = yield* startServer({ generate: () => slowDeath }, { wholeAnswerPatience: "20 millis" })
        const outcome = yield* Effect.promise(() =>
          ask(base).then(
            (answer) => ({ answer }),
            (error: unknown) => ({ error })
          )
        )
        assert.property(outcome, "error")
      })
    )
  )

describe("a whole answer that fails after its status is sent", () => {
  failsLate("is no message for Anthropic's SDK", (base) =>
    new Anthropic({ baseURL: base, apiKey: token, maxRetries: 0 }).messages.create({
      model: "m",
      max_tokens: 9,
      messages: [{ role: "user", content: "Hi" }]
    })
  )

  failsLate("is no completion for OpenAI's SDK", (base) =>
    new OpenAI({ baseURL: `${base}/v1`, apiKey: token, maxRetries: 0 }).chat.completions.create({
      model: "m",
      messages: [{ role: "user", content: "Hi" }]
    })
  )

  failsLate("is no response for OpenAI's SDK", (base) =>
    new OpenAI({ baseURL: `${base}/v1`, apiKey: token, maxRetries: 0 }).responses.create({ model: "m", input: "Hi" })
  )
})
