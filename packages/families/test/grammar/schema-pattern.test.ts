import { assert, describe, it } from "@effect/vitest"
import { wholePattern } from "../../src/grammar/schema-pattern.ts"

const any = "(?s:.*)"

describe("a pattern of a schema, as an expression for the whole text", () => {
  it.each<readonly [string, string]>([
    ["^abc$", "abc"],
    ["abc", `${any}abc${any}`],
    ["^abc", `abc${any}`],
    ["^a$|b", `(?:a|${any}b${any})`],
    ["^(a|b)+$", "(?:a|b)+"],
    ["^(?<year>[0-9]{4})$", "(?:[0-9]{4})"],
    ["^a+?b*?$", "a+b*"],
    ["^.$", String.raw`[^\n\r]`],
    ["^[^]$", "(?s:.)"],
    [String.raw`^\d\W[\w-]$`, String.raw`[0-9][^0-9A-Za-z_][0-9A-Za-z_\-]`],
    [String.raw`^[[&~]$`, String.raw`[\[\&\~]`],
    [String.raw`^\/\.\-\_$`, String.raw`\/\.\-_`],
    [String.raw`^\u0041\x7e\cA`, ""],
    ["^a{2,3}$", "a{2,3}"],
    ["^a{x$", String.raw`a\{x`],
    [String.raw`^\p{L}$`, String.raw`\p{L}`]
  ])("%s", (pattern, expected) => {
    assert.strictEqual(wholePattern(pattern) ?? "", expected)
  })

  it.each([
    "(?=a)b",
    "(?!a)b",
    "(?<=a)b",
    "(?<!a)b",
    String.raw`\bword`,
    String.raw`(a)\1`,
    "a(^b)",
    "(a$)b",
    "^a{1,5000}$",
    "[]",
    "[a--b]",
    String.raw`\ud83d`,
    "(",
    "[",
    "*"
  ])("is none where the engine has no such expression: %s", (pattern) => {
    assert.isNull(wholePattern(pattern))
  })
})
