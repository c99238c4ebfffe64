import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { logNotices, mendings } from "../src/log-notices.ts"

const times = (rule: string) =>
  Effect.map(Metric.value(Metric.withAttributes(mendings, { rule })), ({ count }) => Number(count))

describe("notices of a backend", () => {
  it.effect("are counted by rule where they tell of something mended", () =>
    Effect.gen(function* () {
      const notice = (code: string) => ({ code, message: "" })
      const before = yield* times("repair-commas")
      yield* logNotices([notice("repair-commas"), notice("call-refused"), notice("repair-commas")])
      assert.strictEqual((yield* times("repair-commas")) - before, 2)
    })
  )

  it.effect("are not where they tell of the request alone", () =>
    Effect.gen(function* () {
      yield* logNotices([{ code: "field-not-sent", message: "" }])
      assert.strictEqual(yield* times("field-not-sent"), 0)
    })
  )
})
