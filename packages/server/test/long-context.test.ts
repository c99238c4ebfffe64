import { assert, describe, it } from "@effect/vitest"
import { type Backend, BackendPool } from "@pensieve/backends"
import type { GenerationEvent } from "@pensieve/models"
import { Routing } from "@pensieve/server"
import { Effect, Stream } from "effect"
import { plainAnswer, startRouting, testBackend, token } from "./test-server.ts"

/** What the backends say of the next request: tokens where they are asked to count, and where they have answered. */
interface Script {
  counted: number
  used: number
  /** How often somebody counted. */
  counts: number
}

const backendOf = (script: Script): Backend["Service"] => {
  const backend = testBackend({})
  return {
    ...backend,
    capabilities: Effect.map(backend.capabilities, (known) => ({ ...known, window: 1_000_000 })),
    countTokens: () =>
      Effect.sync(() => {
        script.counts++
        return script.counted
      }),
    generate: () =>
      Stream.fromArray(
        plainAnswer("Hi").map((event): GenerationEvent =>
          event.type === "usage" ? { ...event, usage: { ...event.usage, inputTokens: script.used } } : event
        )
      )
  }
}

const serving = (script: Script) =>
  startRouting(
    Routing.fixed({
      rules: {
        backends: ["short", "long"],
        models: {},
        default: "short",
        rules: [],
        tiers: {},
        longContext: { model: "long", threshold: 60_000 }
      },
      pool: new BackendPool(["short", "long"].map((name) => ({ name, backend: backendOf(script) }))),
      sampling: {}
    })
  )

describe("a conversation that grows", () => {
  it.live(
    "is judged by what its last turn used and what was added, counted near the threshold only, and keeps its model there",
    () => {
      const script: Script = { counted: 0, used: 0, counts: 0 }
      const turn = async (base: string, words: number, said: Partial<Script>) => {
        Object.assign(script, { counts: 0 }, said)
        const response = await fetch(`${base}/v1/messages`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
            "x-claude-code-session-id": "session"
          },
          body: JSON.stringify({
            model: "claude",
            max_tokens: 9,
            messages: [{ role: "user", content: "word ".repeat(words) }]
          })
        })
        await response.text()
        return [response.headers.get("x-pensieve-route")?.split(";")[0], script.counts]
      }
      return Effect.scoped(
        Effect.flatMap(serving(script), (base) =>
          Effect.promise(async () => {
            const short = "short/test-model"
            assert.deepStrictEqual(await turn(base, 10, { used: 30_000 }), [short, 0])
            assert.deepStrictEqual(await turn(base, 20, { used: 59_000 }), [short, 0])
            assert.deepStrictEqual(await turn(base, 30, { counted: 61_000, used: 61_000 }), [short, 1])
            assert.deepStrictEqual(await turn(base, 40, { counted: 67_000, used: 67_000 }), ["long/test-model", 1])
            assert.deepStrictEqual(await turn(base, 50, { counted: 59_500, used: 59_500 }), ["long/test-model", 1])
            assert.deepStrictEqual(await turn(base, 60, { counted: 50_000, used: 40_000 }), [short, 1])
            assert.deepStrictEqual(await turn(base, 70, { used: 90_000 }), [short, 0])
            assert.deepStrictEqual(await turn(base, 80, { used: 90_000 }), ["long/test-model", 0])
          })
        )
      )
    },
    20_000
  )
})
