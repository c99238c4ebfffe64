import { Backend } from "@pensieve/backends"
import { Effect, Layer, Stream } from "effect"
import { assert, describe, it } from "vitest"
import type { PlannedBackend } from "../src/plan-backend.ts"
import { makeRunningBackends } from "../src/running-backends.ts"

const events: Array<string> = []

/** A backend that tells when it starts and ends. */
const planned = (key: string, kind: "mlx" | "openai"): PlannedBackend => ({
  key,
  name: key,
  settings: { kind },
  model: "m",
  title: key,
  demo: false,
  weightBytes: 0,
  eager: true,
  layer: Layer.effect(
    Backend,
    Effect.as(
      Effect.acquireRelease(
        Effect.sync(() => events.push(`${key} starts`)),
        () => Effect.sync(() => events.push(`${key} ends`))
      ),
      Backend.of({
        name: key,
        model: key,
        status: Effect.succeed({ status: "ready" }),
        capabilities: Effect.never,
        countTokens: () => Effect.succeed(7),
        generate: () => Stream.empty
      })
    )
  )
})

const run = (
  work: (hold: (...plans: ReadonlyArray<PlannedBackend>) => Promise<() => Promise<void>>) => Promise<void>
) => {
  events.length = 0
  return Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(makeRunningBackends, (running) =>
        Effect.promise(() =>
          work(async (...plans) => {
            const { release } = await Effect.runPromise(running.hold(plans, 0))
            return () => Effect.runPromise(release)
          })
        )
      )
    )
  )
}

describe("backends that run", () => {
  it("go on while anybody needs them, and end with the last one", () =>
    run(async (hold) => {
      const first = await hold(planned("a", "openai"), planned("b", "openai"))
      const second = await hold(planned("b", "openai"), planned("c", "openai"))
      await first()
      assert.deepStrictEqual(events, ["a starts", "b starts", "c starts", "a ends"])
      await second()
      assert.deepStrictEqual(events.slice(4), ["b ends", "c ends"])
    }))

  it("end with their scope", async () => {
    await run(async (hold) => void (await hold(planned("a", "openai"))))
    assert.deepStrictEqual(events, ["a starts", "a ends"])
  })

  it("that hold a model wait for the one whose place they take: memory may not do for both", () =>
    run(async (hold) => {
      const first = await hold(planned("old", "mlx"))
      await new Promise((resolve) => setImmediate(resolve))
      await hold(planned("new", "mlx"))
      await new Promise((resolve) => setImmediate(resolve))
      assert.deepStrictEqual(events, ["old starts"])
      await first()
      await new Promise((resolve) => setImmediate(resolve))
      assert.deepStrictEqual(events, ["old starts", "old ends", "new starts"])
    }))
})
