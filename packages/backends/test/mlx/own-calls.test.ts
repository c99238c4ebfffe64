import { assert, describe, it } from "@effect/vitest"
import type { Turn } from "@pensieve/models"
import { OwnCalls } from "../../src/mlx/own-calls.ts"
import { conversation } from "../conversation.ts"

const turn = (...ids: ReadonlyArray<string>): Turn => ({
  role: "assistant",
  parts: ids.map((id) => ({ type: "tool-call", id, name: "Read", input: {} }))
})
const recalled = (calls: OwnCalls, ...ids: ReadonlyArray<string>) =>
  calls
    .recall(conversation({ turns: [turn(...ids)] }))
    .turns.flatMap(({ parts }) => parts.map((part) => (part.type === "tool-call" ? part.rawText : null)))

describe("what the model wrote", () => {
  it("stands beside the calls that are known", () => {
    const calls = new OwnCalls()
    calls.remember("1", { b: 1, a: 2 })
    assert.deepStrictEqual(recalled(calls, "1", "2"), ['{"b":1,"a":2}', undefined])
  })

  it("is kept up to a limit, the latest longest", () => {
    const calls = new OwnCalls(20)
    for (const id of ["1", "2", "3"]) calls.remember(id, { k: `${id}23` })
    assert.deepStrictEqual(recalled(calls, "1", "2", "3"), [undefined, undefined, '{"k":"323"}'])
  })
})
