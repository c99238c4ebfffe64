import { assert, describe, it } from "@effect/vitest"
import type { ToolCallPart } from "@pensieve/models"
import { ownInput } from "../src/own-input.ts"

const call = (rawText?: string): ToolCallPart => ({
  type: "tool-call",
  id: "toolu_1",
  name: "Edit",
  input: { a: { y: 1, x: 2 }, b: "c" },
  ...(rawText === undefined ? {} : { rawText })
})
const keys = (part: ToolCallPart) => JSON.stringify(ownInput(part))

describe("the input of a past call", () => {
  it("has the model's own order of keys, at every depth", () => {
    assert.strictEqual(keys(call('{"b": "c", "a": {"y": 1, "x": 2}}')), '{"b":"c","a":{"y":1,"x":2}}')
  })

  it.each([
    ["nobody knows what the model wrote", undefined],
    ["the client has changed it", '{"b": "other", "a": {"y": 1, "x": 2}}'],
    ["what the model wrote cannot be read", '{"b": "c"'],
    ["what the model wrote is no object", "[]"]
  ])("has the canonical order where %s", (_, rawText) => {
    assert.strictEqual(keys(call(rawText)), '{"a":{"x":2,"y":1},"b":"c"}')
  })
})
