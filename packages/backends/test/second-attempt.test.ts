import { assert, describe, it } from "@effect/vitest"
import type { Conversation } from "@pensieve/models"
import type { RefusedCall } from "../src/judge-call.ts"
import { secondAttempt } from "../src/second-attempt.ts"
import { conversation } from "./conversation.ts"

const refused: RefusedCall = {
  rawText: "<tool_call>…</tool_call>",
  problem: "path is missing",
  call: { name: "Read", input: { limit: 3 } }
}
const asked = (change: Partial<RefusedCall>, before: Partial<Conversation> = {}) =>
  secondAttempt(
    conversation(before),
    { type: "call", refused: { ...refused, ...change }, said: "Look." },
    () => "toolu_1"
  )

describe("asking for a call again", () => {
  it("shows the model its call and what is wrong with it", () => {
    assert.deepStrictEqual(asked({}).turns.slice(1), [
      {
        role: "assistant",
        parts: [
          { type: "text", text: "Look." },
          { type: "tool-call", id: "toolu_1", name: "Read", input: { limit: 3 } }
        ]
      },
      {
        role: "user",
        parts: [
          { type: "tool-result", callId: "toolu_1", parts: [{ type: "text", text: "path is missing" }], isError: true }
        ]
      }
    ])
  })

  it("shows a call that cannot be read as it was written", () => {
    const [, model, user] = asked({ call: null }).turns
    assert.deepStrictEqual(model?.parts, [{ type: "text", text: `Look.${refused.rawText}` }])
    assert.include(JSON.stringify(user), "path is missing")
  })

  it("asks for that tool, or for any where it does not exist", () => {
    assert.deepStrictEqual(asked({}).toolChoice, { type: "tool", name: "Read" })
    assert.deepStrictEqual(asked({ call: { name: "Fly", input: {} } }).toolChoice, { type: "any" })
    assert.deepStrictEqual(asked({ call: null }).toolChoice, { type: "any" })
  })

  it("asks calmly", () => {
    assert.strictEqual(asked({}).sampling.temperature, 0.2)
    assert.strictEqual(asked({}, { sampling: { temperature: 0 } }).sampling.temperature, 0)
  })
})

describe("asking for an answer again", () => {
  const again = (before: Partial<Conversation>) => secondAttempt(conversation(before), { type: "empty" }, () => "")

  it("leaves the thinking out", () => {
    const { reasoning, sampling, turns } = again({
      reasoning: { mode: "budget", budgetTokens: 99, display: "omitted" },
      sampling: { seed: 1 }
    })
    assert.deepStrictEqual(reasoning, { mode: "off", display: "omitted" })
    assert.deepStrictEqual(sampling, { seed: 1 })
    assert.strictEqual(turns.length, 1)
  })

  it("draws other tokens where there was no thinking", () => {
    assert.deepStrictEqual(again({ sampling: { temperature: 0, seed: 1 } }).sampling, { temperature: 0.7, seed: 2 })
  })
})
