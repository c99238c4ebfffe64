import { dresses } from "@pensieve/test-harness"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { cappedTools, demandingCall, drawCalls, schemaFaults } from "../src/draw-calls.ts"
import { type RandomModel, randomModel, textOf } from "../src/random-model.ts"

/** For each of the four families; the command `draw` draws as many as one likes. */
const calls = 75

const title = {
  type: "object",
  properties: { title: { type: "string", maxLength: 12 }, kind: { enum: ["a", "b"] } },
  required: ["title", "kind"],
  additionalProperties: false
} as const

const tool = (name: string, properties: { readonly [key: string]: {} }) => ({
  name,
  inputSchema: { type: "object", properties, required: Object.keys(properties), additionalProperties: false }
})

describe.each(dresses)("a $family model that says anything at random", (dress) => {
  let model: RandomModel
  beforeAll(async () => {
    model = await randomModel(dress)
  })
  afterAll(() => model.close())

  it("is taken for one", async () => {
    assert.strictEqual(await model.family(), dress.family)
  })

  it(`makes ${calls} calls, each to a declared tool and valid by its schema`, async () => {
    assert.deepEqual(await drawCalls(model, cappedTools(calls, 20_251)), [])
  })

  it("gives answers of the form that was demanded", async () => {
    const requests = Array.from({ length: 8 }, () => ({ output: { type: "json-schema", schema: title } as const }))
    for (const events of await model.answers(requests))
      assert.deepEqual(schemaFaults(title, JSON.parse(textOf(events))), [])
  })

  it("is held to all schemas but the one that the compiler refuses", async () => {
    const impossible = tool("impossible", { a: { allOf: [{ type: "string" }, { type: "integer" }] } })
    const plain = tool("plain", { n: { type: "integer", minimum: 1, maximum: 9 } })
    // Nothing but the tool that cannot be held to its schema goes on without end.
    const requests = Array.from({ length: 12 }, () => ({ ...demandingCall([impossible, plain]), maxTokens: 100 }))
    const answers = await model.answers(requests)
    const calls = answers.flatMap((events) => events.flatMap((event) => (event.type === "tool-call" ? [event] : [])))
    const plainCalls = calls.filter(({ name }) => name === "plain")
    assert.isNotEmpty(plainCalls)
    assert.deepEqual(
      plainCalls.filter(({ input }) => schemaFaults(plain.inputSchema, input).length > 0),
      []
    )
  })
})
