import { assert, describe, it } from "@effect/vitest"
import type { Conversation, GenerationEvent, Notice, Turn } from "@pensieve/models"
import { Effect, Stream } from "effect"
import { AnsweredTurn } from "../../src/mlx/answered-turn.ts"
import { arrangeFor, namedTurns } from "../../src/mlx/plan-generation.ts"
import { conversation } from "../conversation.ts"
import { model } from "./model.ts"

const asked = conversation({ tools: [], turns: [{ role: "user", parts: [{ type: "text", text: "Look" }] }] })
const said: ReadonlyArray<GenerationEvent> = [
  { type: "reasoning-delta", text: "H" },
  { type: "reasoning-delta", text: "m" },
  { type: "reasoning-end", signature: "s" },
  { type: "text-delta", text: "I lo" },
  { type: "text-delta", text: "ok.\n" },
  { type: "tool-call", id: "toolu_1", name: "Read", input: { b: 1, a: "x" } },
  { type: "finished", reason: "tool-use" }
]
/** The names that the engine is told, and the events that the client gets. */
const answer = (
  conversation: Conversation,
  events: ReadonlyArray<GenerationEvent>,
  notices: ReadonlyArray<Notice> = []
) =>
  Effect.gen(function* () {
    const sealed: Array<string> = []
    const client = { seal: (id: string, key: string) => Effect.sync(() => sealed.push(`${id} ${key}`) > 0) }
    const turn = new AnsweredTurn({ conversation, arranged: arrangeFor(conversation, model), model, client })
    const passed = [
      ...turn.pass({ type: "accepted", generation: "g", promptTokens: 3 }, []),
      ...turn.pass({ type: "piece", text: "" }, events)
    ]
    const ending = yield* Stream.runCollect(turn.ending(notices))
    return { sealed, passed, ending: [...ending] }
  })
/** The names that the turns of a later request have. */
const shown = (conversation: Conversation, ...turns: ReadonlyArray<Turn>) => {
  const next = { ...conversation, turns: [...conversation.turns, ...turns] }
  return namedTurns(next, arrangeFor(next, model), model).map(({ key }) => key)
}

const finished: GenerationEvent = { type: "finished", reason: "end-turn" }
const echoed: Turn = {
  role: "assistant",
  parts: [
    { type: "text", text: "I look." },
    { type: "tool-call", id: "toolu_1", name: "Read", input: { a: "x", b: 1 } }
  ]
}

describe("an answer that becomes a turn", () => {
  it.effect("is named as the next request will show it", () =>
    Effect.gen(function* () {
      const result: Turn = {
        role: "user",
        parts: [{ type: "tool-result", callId: "toolu_1", parts: [{ type: "text", text: "x" }], isError: false }]
      }
      const names = shown(asked, echoed, result)
      const { sealed } = yield* answer(asked, said)
      assert.deepStrictEqual(sealed, [`g ${names[1]}`])
      assert.lengthOf(names, 3)
    })
  )

  it.effect("has its name whatever this process knows of the order in which the model wrote its calls", () =>
    Effect.gen(function* () {
      const { sealed } = yield* answer(asked, said)
      const call = { type: "tool-call", id: "toolu_1", name: "Read", input: { a: "x", b: 1 } } as const
      const recalled: Turn = {
        role: "assistant",
        parts: [
          { type: "text", text: "I look." },
          { ...call, rawText: '{"b":1,"a":"x"}' }
        ]
      }
      assert.deepStrictEqual(sealed, [`g ${shown(asked, recalled)[1]}`])
    })
  )

  it.effect("has its name before the client hears of the end", () =>
    Effect.gen(function* () {
      const { passed, ending } = yield* answer(asked, said)
      assert.deepStrictEqual(
        passed,
        said.filter(({ type }) => type !== "finished")
      )
      assert.deepStrictEqual(ending, said.slice(-1))
    })
  )

  it.effect("keeps its name when only what stands around its calls was mended", () =>
    Effect.gen(function* () {
      const mended = (code: string) => answer(asked, said, [{ code, message: "" }])
      assert.lengthOf((yield* mended("repair-missing-end")).sealed, 1)
      for (const code of ["repair-quotes", "repair-text-to-value", "call-refused", "answer-ended"])
        assert.lengthOf((yield* mended(code)).sealed, 0)
    })
  )

  it.effect("has no name when nothing was said", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* answer(asked, [finished]), { sealed: [], passed: [], ending: [finished] })
    })
  )

  it.effect("has no name when it goes on with what the client began", () =>
    Effect.gen(function* () {
      const begun: Turn = { role: "assistant", parts: [{ type: "text", text: "I" }] }
      assert.lengthOf((yield* answer({ ...asked, turns: [...asked.turns, begun] }, said)).sealed, 0)
    })
  )

  it.effect("that broke off has neither an end nor a name", () =>
    Effect.gen(function* () {
      const { sealed, ending } = yield* answer(asked, said.slice(0, -1))
      assert.deepStrictEqual([sealed, ending], [[], []])
    })
  )
})
