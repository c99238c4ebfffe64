import { assert, describe, it } from "@effect/vitest"
import type { BridgeLine, Conversation, GenerationEvent, JsonObject } from "@pensieve/models"
import { Effect, Stream } from "effect"
import { answerStream, type AnswerStreamOptions } from "../../src/mlx/answer-stream.ts"
import { GrammarPlans } from "../../src/mlx/grammar-plans.ts"
import { OwnCalls } from "../../src/mlx/own-calls.ts"
import { conversation } from "../conversation.ts"
import { engine } from "./engine.ts"
import { accepted, finished, started } from "./lines.ts"

const marker = (name: string): BridgeLine => ({ type: "piece", marker: name, id: 1 })
const text = (words: string): BridgeLine => ({ type: "piece", text: words })
const call = (input: string): ReadonlyArray<BridgeLine> => [
  marker("<tool_call>"),
  text(`{"name": "Read", "arguments": ${input}}`),
  marker("</tool_call>")
]
const whole = (...lines: ReadonlyArray<BridgeLine>) => [accepted, started, ...lines, finished()]

const run = (
  answers: Parameters<typeof engine>[0],
  change: Partial<Conversation> = {},
  scripted: Pick<AnswerStreamOptions, "script"> = {}
) => {
  const { asked, sealed, bridge } = engine(answers)
  return Effect.map(
    Stream.runCollect(
      answerStream(bridge, conversation(change), {
        ownCalls: new OwnCalls(),
        plans: new GrammarPlans(),
        arrival: 0,
        ...scripted
      })
    ),
    (events) => ({
      events: [...events],
      asked,
      sealed
    })
  )
}
const shown = (events: ReadonlyArray<GenerationEvent>) =>
  events.flatMap((event): ReadonlyArray<string | JsonObject> => {
    if (event.type === "text-delta") return [event.text]
    return event.type === "tool-call" ? [event.input] : []
  })
const last = (events: ReadonlyArray<GenerationEvent>) => events.at(-1)

describe("the name of an answer", () => {
  it.effect("is told to the engine", () =>
    Effect.gen(function* () {
      const { sealed } = yield* run([whole(text("On it."), ...call('{"path": "a"}'))])
      assert.deepStrictEqual(sealed, ["g"])
    })
  )

  it.effect("is not given to one that was asked for twice", () =>
    Effect.gen(function* () {
      const { asked, sealed } = yield* run([whole(), whole(text("Here I am."))])
      assert.lengthOf(asked, 2)
      assert.lengthOf(sealed, 0)
    })
  )
})

describe("the answer of an engine", () => {
  it.effect("comes from one request where nothing is wrong with it", () =>
    Effect.gen(function* () {
      const { events, asked } = yield* run([whole(text("On it."), ...call('{"path": "a"}'))])
      assert.deepStrictEqual(shown(events), ["On it.", { path: "a" }])
      assert.strictEqual(asked.length, 1)
    })
  )

  it.effect("has the better call where the first could not be run, and not a word of the second answer", () =>
    Effect.gen(function* () {
      const { events, asked } = yield* run([
        whole(text("On it."), ...call('{"limit": 3}')),
        whole(text("Sorry."), ...call('{"path": "a"}'))
      ])
      assert.deepStrictEqual(shown(events), ["On it.", { path: "a" }])
      assert.deepStrictEqual(last(events), { type: "finished", reason: "tool-use" })
      assert.strictEqual(asked.length, 2)
      assert.include(JSON.stringify(asked[1]?.messages), "path")
      assert.strictEqual(events.filter((event) => event.type === "accepted").length, 1)
    })
  )

  it.effect.each([
    ["is no better", whole(...call('{"limit": 4}'))],
    ["has no call", whole(text("I cannot."))],
    ["fails", null]
  ] as const)("has the first call as it was where the second answer %s", ([, second]) =>
    Effect.gen(function* () {
      const { events } = yield* run([whole(...call('{"limit": 3}')), second])
      assert.deepStrictEqual(shown(events), [{ limit: 3 }])
      assert.deepStrictEqual(last(events), { type: "finished", reason: "tool-use" })
    })
  )

  it.effect("is asked for again where it is empty, and comes as it is written", () =>
    Effect.gen(function* () {
      const { events, asked } = yield* run([whole(text("\n")), whole(text("Here."))])
      assert.deepStrictEqual(shown(events), ["Here."])
      assert.strictEqual(asked.length, 2)
    })
  )

  it.effect.each([
    ["stays empty", whole()],
    ["fails", null]
  ] as const)("is never empty, even where the second one %s", ([, second]) =>
    Effect.gen(function* () {
      const { events } = yield* run([whole(), second])
      assert.match(shown(events).join(""), /without an answer/)
      assert.deepStrictEqual(last(events), { type: "finished", reason: "end-turn" })
      assert.strictEqual(events.filter((event) => event.type === "finished").length, 1)
    })
  )

  it.effect.each([
    ["is asked for once where it was scripted", { main: [[]] }, [[]]],
    [
      "is asked for twice where the script says what then",
      { main: [[]], again: [[{ text: "x" }]] },
      [[], [{ text: "x" }]]
    ]
  ] as const)("%s", ([, script, forced]) =>
    Effect.gen(function* () {
      const { asked } = yield* run([whole(), whole(text("x"))], {}, { script })
      assert.deepStrictEqual(
        asked.map((body) => body.forced),
        forced.map((pieces) => [...pieces])
      )
    })
  )

  it.effect("stops the engine that goes in circles", () =>
    Effect.gen(function* () {
      const circles = Array.from({ length: 50 }, () => call('{"path": "a"}')).flat()
      const { events } = yield* run([[accepted, started, ...circles]])
      assert.strictEqual(shown(events).length, 2)
      assert.deepStrictEqual(last(events), { type: "finished", reason: "tool-use" })
    })
  )

  it.effect("fails where the first request does", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(run([null]))
      assert.strictEqual(failure._tag, "BackendFailed")
    })
  )
})
