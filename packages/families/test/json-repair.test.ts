import { assert, describe, it } from "@effect/vitest"
import { isJsonObject, type Json } from "@pensieve/models"
import { Result } from "effect"
import fc from "fast-check"
import { repairJson, type RepairRule } from "../src/index.ts"

const letters = fc.string({
  unit: fc.constantFrom(
    "a",
    "é",
    "🎉",
    "\n",
    "\t",
    " ",
    "{",
    "}",
    '"',
    "'",
    "\\",
    ",",
    ":",
    "[",
    "]",
    "/",
    "#",
    "“",
    "`",
    "("
  ),
  maxLength: 12
})
const scalar = fc.oneof(
  letters,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null)
)
const { value: anyJson } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(letters, tie("value"), { maxKeys: 4, noNullPrototype: true })
  )
}))
const anyObject = fc.dictionary(letters, anyJson, { minKeys: 1, maxKeys: 4, noNullPrototype: true })

const plain = (value: Json): Json => JSON.parse(JSON.stringify(value))
const repaired = (text: string, closed = false) => Result.getOrNull(repairJson(text, { closed }))

/** Every string of a value, keys too. */
const strings = (value: Json): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (Array.isArray(value)) return value.flatMap(strings)
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, part]) => [key, ...strings(part)]) : []
}

describe("mending JSON", () => {
  it("takes whole JSON as it is, with nothing to log", () => {
    fc.assert(
      fc.property(anyJson, fc.constantFrom(0, 2), (value, indent) => {
        assert.deepStrictEqual(repaired(JSON.stringify(value, null, indent)), { value: plain(value), repairs: [] })
      })
    )
  })

  it("refuses an object that is cut off, wherever", () => {
    fc.assert(
      fc.property(anyObject, fc.nat(), (value, place) => {
        const text = JSON.stringify(value)
        assert.isNull(repaired(text.slice(0, place % text.length)))
      })
    )
  })

  it("never completes a string, even before a closing marker", () => {
    fc.assert(
      fc.property(anyObject, fc.nat(), (value, place) => {
        const text = JSON.stringify(value)
        const cut = repaired(text.slice(0, place % text.length), true)
        const known = new Set(strings(plain(value)))
        assert.isTrue(cut === null || strings(cut.value).every((string) => known.has(string)))
      })
    )
  })

  it("alters no string, whatever is broken around it", () => {
    const damage = fc.record({
      place: fc.nat(),
      letters: fc.constantFrom("", ",", "}", "]", "{", "\n", " ", "//x\n", ":", "True")
    })
    fc.assert(
      fc.property(anyObject, fc.array(damage, { minLength: 1, maxLength: 3 }), (value, damages) => {
        // Broken between its tokens only: what stands in a string is the string's.
        const tokens = JSON.stringify(value).match(/"(?:[^"\\]|\\.)*"|[^"]/gs) ?? []
        const broken = tokens.map((token) => token)
        for (const { place, letters: more } of damages) broken[place % broken.length] = more
        const read = repaired(broken.join(""))
        const known = new Set([...strings(plain(value)), "True", ...(JSON.stringify(value).match(/[-+\w.]+/g) ?? [])])
        assert.isTrue(
          read === null || strings(read.value).every((string) => known.has(string) || !/["'\\]/.test(string))
        )
      }),
      { numRuns: 100 }
    )
  })

  it.each<[RepairRule, string, Json]>([
    ["fence", '```json\n{"a": 1}\n```', { a: 1 }],
    ["comments", '{"a": 1, // one\n"b": /* two */ 2}', { a: 1, b: 2 }],
    ["quotes", `{'a': 'it\\'s', “b”: ‘x’}`, { a: "it's", b: "x" }],
    ["escapes", String.raw`{"a": "C:\dir\d"}`, { a: String.raw`C:\dir\d` }],
    ["control-characters", '{"a": "x\ny\tz"}', { a: "x\ny\tz" }],
    ["white-space", '{"a":\u00a01}', { a: 1 }],
    ["python-words", '{"a": True, "b": None}', { a: true, b: null }],
    ["number-spelling", '{"a": .5, "b": 2.}', { a: 0.5, b: 2 }],
    ["unquoted-words", "{path: src/a.ts}", { path: "src/a.ts" }],
    ["commas", '{"a": [1, 2,], "b": 3,}', { a: [1, 2], b: 3 }],
    ["commas", '{"a": 1\n"b": 2}', { a: 1, b: 2 }],
    ["commas", '[{"a": 1}\n{"b": 2}]', [{ a: 1 }, { b: 2 }]],
    ["brackets", '{"a": [1}}', { a: [1] }],
    ["brackets", '{"a": 1}}', { a: 1 }]
  ])("logs %s: %s", (rule, text, value) => {
    const read = repaired(text)
    assert.deepStrictEqual(read?.value, value)
    assert.include(read?.repairs ?? [], rule)
  })

  it("puts closing brackets only before a closing marker", () => {
    const text = '{"name": "f", "arguments": {"a": "b"}'
    assert.isNull(repaired(text))
    assert.deepStrictEqual(repaired(text, true), {
      value: { name: "f", arguments: { a: "b" } },
      repairs: ["missing-brackets"]
    })
  })

  it.each([
    ["a quotation mark without its backslash", '{"command": "echo "hi""}'],
    ["a quotation mark without its backslash, spaces around it", '{"command": "say " hi " now"}'],
    ["words beside a value", '{"a": 1 or 2}'],
    ["a value that is missing", '{"a": }'],
    ["a colon that is missing", '{"a" "b"}'],
    ["an omission", '{"a": [1, ...]}'],
    ["a sum of strings", '{"a": "x" + "y"}'],
    ["a call of a function", 'f({"a": 1})'],
    ["several values", '{"a": 1}, {"b": 2}'],
    ["an address without quotation marks", "{url: https://example.org/}"],
    ["an escape that breaks off", String.raw`{"a": "\u26"}`],
    ["a number that breaks off", '{"a": 2e}'],
    ["nothing", ""],
    ["a list that ends with a comma", '{"a": [1,'],
    ["a word that may have lost its end", '{"a": tr'],
    ["deep nesting", "[".repeat(200) + "]".repeat(200)],
    ["deep nesting without an end", "{a:".repeat(100_000)]
  ])("refuses %s", (_, text) => {
    assert.isNull(repaired(text, true))
  })
})
