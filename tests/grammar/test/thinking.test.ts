import type { GenerationEvent } from "@pensieve/models"
import { dresses } from "@pensieve/test-harness"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { demandingCall, schemaFaults } from "../src/draw-calls.ts"
import { type RandomModel, randomModel, textOf } from "../src/random-model.ts"

const thoughtsOf = (events: ReadonlyArray<GenerationEvent>): string =>
  events.map((event) => (event.type === "reasoning-delta" ? event.text : "")).join("")
const thoughtTokens = (events: ReadonlyArray<GenerationEvent>): number | undefined =>
  events.findLast((event) => event.type === "usage")?.usage.reasoningTokens
const closings = (events: ReadonlyArray<GenerationEvent>): number =>
  events.filter(({ type }) => type === "reasoning-end").length

const note = {
  name: "note",
  inputSchema: {
    type: "object",
    properties: { level: { type: "integer", minimum: 1, maximum: 9 } },
    required: ["level"],
    additionalProperties: false
  }
}

// As Qwen3.5's: the prompt opens the thoughts, and no switch of the template keeps it from that.
const thinker = dresses
  .filter(({ family }) => family === "qwen3_coder")
  .map((dress) => ({ ...dress, opens: "<think>\n" }))

describe.each(thinker)("a model that thinks at random and without end", (dress) => {
  let model: RandomModel
  beforeAll(async () => {
    model = await randomModel(dress)
  })
  afterAll(() => model.close())

  it("thinks as long as its budget and then makes the call that was demanded", async () => {
    const requests = Array.from({ length: 6 }, () => demandingCall([note]))
    for (const events of await model.answers(requests)) {
      const calls = events.flatMap((event) => (event.type === "tool-call" ? [event.input] : []))
      assert.isNotEmpty(thoughtsOf(events))
      assert.isAtMost(thoughtTokens(events) ?? Number.POSITIVE_INFINITY, 24)
      assert.deepStrictEqual([closings(events), calls.length, textOf(events)], [1, 1, ""])
      assert.deepStrictEqual(schemaFaults(note.inputSchema, calls[0] ?? {}), [])
    }
  })

  it("leaves room for an answer where the request gives its thoughts no budget", async () => {
    const [events = []] = await model.answers([{ reasoning: { mode: "auto", display: "full" }, maxTokens: 100 }])
    assert.isAtLeast(thoughtTokens(events) ?? 0, 60)
    assert.isAtMost(thoughtTokens(events) ?? 0, 75)
    assert.strictEqual(closings(events), 1)
    assert.isNotEmpty(textOf(events))
  })

  it("thinks nothing where thinking is not wanted", async () => {
    const [events = []] = await model.answers([{ reasoning: { mode: "off", display: "full" }, maxTokens: 40 }])
    assert.deepStrictEqual([thoughtsOf(events), thoughtTokens(events)], ["", 0])
    assert.isNotEmpty(textOf(events))
  })
})
