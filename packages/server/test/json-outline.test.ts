import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { outlineJson } from "../src/json-outline.ts"

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

describe("the outline of a JSON text", () => {
  it("has the depth of the parsed value, whatever stands in its strings", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("[[[[", '"', "\\", '\\"[', "{", "]]]"))
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 6 }, text, fc.integer(), fc.array(tie("any")), fc.dictionary(text, tie("any")))
    })).any
    fc.assert(
      fc.property(value, fc.nat(6), (sent, limit) => {
        const { depth } = outlineJson(Buffer.from(JSON.stringify(sent)), limit)
        assert.strictEqual(depth, Math.min(depthOf(sent), limit + 1))
      })
    )
  })

  it("tells where the objects of a list lie", () => {
    const text = '{"model":"m", "messages" : [ {"a":[1,{}]} ,{"b":"}]"}], "stop":["x"]}'
    const { lists, fields } = outlineJson(Buffer.from(text), 9)
    assert.strictEqual(fields, 3)
    assert.deepStrictEqual(
      lists.map(({ items }) => items.map(({ start, end }) => text.slice(start, end))),
      [['{"a":[1,{}]}', '{"b":"}]"}']]
    )
  })
})
