import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { outlineJson } from "../src/json-outline.ts"
import { sharedEnds } from "../src/shared-ends.ts"

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

  it("is the same where much of the text is known", () => {
    const item = fc.record({ a: fc.oneof(fc.string(), fc.array(fc.dictionary(fc.string(), fc.nat()))) })
    const body = fc.record({
      model: fc.constantFrom("a", "b"),
      messages: fc.array(item, { maxLength: 8 }),
      system: fc.array(fc.oneof({ weight: 9, arbitrary: item }, { weight: 1, arbitrary: fc.nat() }), { maxLength: 3 }),
      tools: fc.array(item, { maxLength: 8 })
    })
    const change = fc.record({ index: fc.nat(8), count: fc.nat(2), items: fc.array(item, { maxLength: 3 }) })
    fc.assert(
      fc.property(body, fc.constantFrom("model", "messages", "system", "tools"), change, (before, part, change) => {
        const { index, count, items } = change
        const after = {
          ...before,
          [part]: part === "model" ? "c" : [...before[part]].toSpliced(index, count, ...items)
        }
        const [old, fresh] = [before, after].map((one) => Buffer.from(JSON.stringify(one)))
        if (old === undefined || fresh === undefined) return
        const outline = outlineJson(old, 9)
        const known = { text: { bytes: old, outline }, shared: sharedEnds(fresh, old) }
        const [found, whole] = [outlineJson(fresh, 9, known), outlineJson(fresh, 9)]
        assert.deepStrictEqual({ ...found, depth: 0 }, { ...whole, depth: 0 })
        assert.include([whole.depth, outline.depth], found.depth)
        assert.isAtLeast(found.depth, whole.depth)
      }),
      { numRuns: 2000 }
    )
  })
})
