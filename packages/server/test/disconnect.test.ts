import { describe, it } from "@effect/vitest"
import type { GenerationEvent } from "@pensieve/models"
import { Effect, Stream } from "effect"
import { plainAnswer, startServer, token } from "./test-server.ts"

const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
const question = { model: "m", max_tokens: 50, messages: [{ role: "user", content: "Hi" }] }

describe("a client that goes away", () => {
  const started: ReadonlyArray<GenerationEvent> = plainAnswer("x").slice(0, 3)
  for (const [phase, head] of [
    ["before the first event", []],
    ["in mid-answer", started]
  ] as const)
    for (const stream of [true, false]) {
      it.live(`stops the work ${phase} (${stream ? "streaming" : "whole"})`, () =>
        Effect.scoped(
          Effect.gen(function* () {
            const stopped = Promise.withResolvers<void>()
            const running = Promise.withResolvers<void>()
            const base = yield* startServer({
              generate: () =>
                Stream.concat(
                  Stream.fromArray(head),
                  Stream.fromEffect(
                    Effect.sync(() => running.resolve()).pipe(
                      Effect.andThen(Effect.never),
                      Effect.onInterrupt(() => Effect.sync(() => stopped.resolve()))
                    )
                  )
                )
            })
            const aborter = new AbortController()
            const pending = fetch(`${base}/v1/messages`, {
              method: "POST",
              headers,
              body: JSON.stringify({ ...question, stream }),
              signal: aborter.signal
            }).then((response) => response.text())
            yield* Effect.promise(() => running.promise)
            aborter.abort()
            yield* Effect.promise(() => pending.catch(() => undefined))
            yield* Effect.timeout(
              Effect.promise(() => stopped.promise),
              "2 seconds"
            )
          })
        )
      )
    }
})
