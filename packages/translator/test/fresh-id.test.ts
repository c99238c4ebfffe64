import { assert, describe, it } from "@effect/vitest"
import { freshId } from "../src/fresh-id.ts"

describe("the id of a call", () => {
  it("stays where no other call has it", () => {
    assert.strictEqual(freshId("call_1", new Set(["call_2"])), "call_1")
    assert.strictEqual(freshId("call_2", new Set(["call_1"])), "call_2")
  })

  it("gets a number where another one has it", () => {
    assert.strictEqual(freshId("x", new Set(["x"])), "x-2")
    assert.strictEqual(freshId("x", new Set(["x", "x-2"])), "x-3")
  })

  it("is another one where Claude Code would take it for a repeated one, and drop its result", () => {
    assert.strictEqual(freshId("x_2", new Set(["x"])), "x_2-2")
  })
})
