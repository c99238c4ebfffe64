import { assert, describe, it } from "@effect/vitest"
import type { ToolDefinition } from "@pensieve/models"
import { Effect, Stream } from "effect"
import { GrammarRefused } from "../../src/mlx/bridge-errors.ts"
import { GrammarPlans } from "../../src/mlx/grammar-plans.ts"
import { generateHeld } from "../../src/mlx/held-generation.ts"
import { conversation } from "../conversation.ts"
import { engine, type EngineAnswer } from "./engine.ts"
import { accepted, finished, started } from "./lines.ts"

const tool = (name: string, key: string): ToolDefinition => ({
  name,
  inputSchema: { type: "object", properties: { [key]: { type: "string" } } },
  deferred: false,
  eager: false
})
const tools = [tool("Good", "path"), tool("Odd", "riddle")]
const lines = [accepted, started, finished()]
const refusal = new GrammarRefused({ message: "at 3(1): no" })

const run = (answers: ReadonlyArray<EngineAnswer>, refused?: string, plans = new GrammarPlans()) => {
  const { asked, checked, bridge } = engine(answers, refused)
  const request = conversation({ tools })
  return Effect.map(Stream.runCollect(generateHeld(bridge, plans, request, { messages: [], maxTokens: 9 })), (got) => ({
    got: [...got],
    larks: asked.map(({ grammar }) => grammar?.lark),
    checked
  }))
}

describe("an answer that is held to a form", () => {
  it.effect("is asked for with its grammar, and nothing is checked beforehand", () =>
    Effect.gen(function* () {
      const { got, larks, checked } = yield* run([lines])
      assert.deepStrictEqual([got, checked], [lines, []])
      assert.include(larks[0], "riddle")
    })
  )

  it.effect("loses the schema that the compiler refuses, and that one alone, from then on", () =>
    Effect.gen(function* () {
      const plans = new GrammarPlans()
      const { got, larks } = yield* run([refusal, lines], "riddle", plans)
      assert.deepStrictEqual(got, lines)
      assert.include(larks[1], "path")
      assert.notInclude(larks[1], "riddle")
      const later = yield* run([lines], "riddle", plans)
      assert.strictEqual(later.larks[0], larks[1])
    })
  )

  it.effect("is free where the compiler refuses it and takes its parts, or refuses it again", () =>
    Effect.gen(function* () {
      assert.isUndefined((yield* run([refusal, lines])).larks[1])
      const twice = yield* run([refusal, refusal, lines], "riddle")
      assert.deepStrictEqual(twice.got, lines)
      assert.isUndefined(twice.larks[2])
    })
  )
})
