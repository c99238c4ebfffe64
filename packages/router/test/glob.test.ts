import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { matchesGlob } from "../src/glob.ts"

describe("a pattern", () => {
  it.each([
    ["claude-*", "claude-opus-5", true],
    ["claude-*", "gpt-5", false],
    ["*haiku*", "claude-haiku-4-5", true],
    ["a*b*c", "aXbYc", true],
    ["a*b*c", "aXcYb", false],
    ["ab*ba", "aba", false],
    ["*", "", true],
    ["Exact", "exact", true],
    ["a.c", "abc", false]
  ])("%s against %s is %s", (pattern, text, expected) => {
    assert.strictEqual(matchesGlob(pattern, text), expected)
  })

  it("means what the regular expression with .* means", () => {
    const small = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 })
    fc.assert(
      fc.property(small, small, (pattern, text) => {
        const subject = text.replaceAll("*", "a")
        const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`)
        assert.strictEqual(matchesGlob(pattern, subject), expression.test(subject))
      })
    )
  })
})
