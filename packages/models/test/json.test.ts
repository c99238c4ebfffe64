import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { type Json, isJsonObject, nestsDeeper } from "../src/index.ts"

const depthOf = (value: Json): number => {
  if (!Array.isArray(value) && !isJsonObject(value)) return 0
  return 1 + Math.max(0, ...Object.values(value).map((part: Json) => depthOf(part)))
}

describe("the depth of JSON text", () => {
  it("is that of its value", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.nat(7), (text, levels) => {
        assert.strictEqual(nestsDeeper(text, levels), depthOf(JSON.parse(text)) > levels)
      })
    )
  })

  it("counts no brackets inside strings", () => {
    assert.isFalse(nestsDeeper(String.raw`["[[[\"[[["]`, 1))
  })

  it("is told of text that breaks off, too", () => {
    assert.isTrue(nestsDeeper('[{"a":'.repeat(5000), 128))
    assert.isFalse(nestsDeeper('["', 1))
  })
})
