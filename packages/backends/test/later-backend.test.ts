import { assert, describe, it } from "@effect/vitest"
import { Backend, laterBackend } from "@pensieve/backends"
import { Deferred, Effect, Fiber, Stream } from "effect"
import { conversation } from "./conversation.ts"

const made = Backend.of({
  name: "made",
  model: "made",
  status: Effect.succeed({ status: "ready" }),
  capabilities: Effect.never,
  countTokens: () => Effect.succeed(7),
  generate: () => Stream.fromArray([{ type: "text-delta", text: "hi" }])
})

describe("a backend that is still to be made", () => {
  it.effect("lets everybody wait, says that it starts, and is then what was made", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const go = yield* Deferred.make<void>()
        const backend = yield* laterBackend("later", "m", Effect.as(Deferred.await(go), made))
        assert.strictEqual((yield* backend.status).status, "starting")
        const count = yield* Effect.forkChild(backend.countTokens(conversation()), { startImmediately: true })
        const words = yield* Effect.forkChild(Stream.runCollect(backend.generate(conversation())), {
          startImmediately: true
        })
        yield* Deferred.succeed(go, undefined)
        assert.strictEqual(yield* Fiber.join(count), 7)
        assert.deepStrictEqual(yield* Fiber.join(words), [{ type: "text-delta", text: "hi" }])
        assert.strictEqual((yield* backend.status).status, "ready")
      })
    )
  )
})
