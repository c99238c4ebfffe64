import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { isDeeperThan } from "../src/json-depth.ts"

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

describe("isDeeperThan", () => {
  it("agrees with the parsed value, whatever stands in its strings", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("[[[[", '"', "\\", '\\"[', "{", "]]]"))
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 6 }, text, fc.integer(), fc.array(tie("any")), fc.dictionary(text, tie("any")))
    })).any
    fc.assert(
      fc.property(value, fc.nat(6), (sent, limit) => {
        assert.strictEqual(isDeeperThan(JSON.stringify(sent), limit), depthOf(sent) > limit)
      })
    )
  })

  it("leaves a string without end to the parser", () => {
    assert.isFalse(isDeeperThan('["[[[[', 1))
  })
})
