import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { makeChanges, takeBack } from "../../src/client-setup/edit-settings.ts"
import { jsonFormat } from "../../src/client-setup/json-format.ts"

const changes = [
  { path: ["env", "URL"], value: "http://127.0.0.1:7777" },
  { path: ["env", "TOKEN"], value: "secret" },
  { path: ["permissions", "defaultMode"], value: "default" }
]

const made = (text: string) => Result.getOrThrow(makeChanges(jsonFormat, text, changes))
const undone = (text: string) => {
  const { text: edited, made: list } = made(text)
  return Result.getOrThrow(takeBack(jsonFormat, edited, list)).text
}

describe("changes in a JSON text", () => {
  it("are merged into what is there, in the text's own indentation", () => {
    const text = '{\n\t"model": "opus",\n\t"env": {\n\t\t"EDITOR": "vi"\n\t}\n}\n'
    assert.strictEqual(
      made(text).text,
      '{\n\t"model": "opus",\n\t"env": {\n\t\t"EDITOR": "vi",\n\t\t"URL": "http://127.0.0.1:7777",\n\t\t"TOKEN": "secret"\n\t},\n\t"permissions": {\n\t\t"defaultMode": "default"\n\t}\n}\n'
    )
  })

  it("leave comments, order and spelling of everything else alone", () => {
    const text = '{\n  // mine\n  "z": [1,2 , 3],\n  "a": 1e3, // odd\n}\n'
    const edited = made(text).text
    for (const piece of ["// mine", "[1,2 , 3]", "1e3", "// odd"]) assert.include(edited, piece)
  })

  it("are not made twice", () => {
    const once = made("{}")
    assert.deepStrictEqual(made(once.text), { text: once.text, made: [] })
  })

  it("begin a file where there is none", () => {
    assert.deepStrictEqual(JSON.parse(made("").text), {
      env: { URL: "http://127.0.0.1:7777", TOKEN: "secret" },
      permissions: { defaultMode: "default" }
    })
  })

  it("are refused in what is not a JSON object, with the place", () => {
    const problem = (text: string) => {
      const result = makeChanges(jsonFormat, text, changes)
      return Result.isFailure(result) ? [result.failure.line, result.failure.column] : undefined
    }
    assert.deepStrictEqual(problem('{\n  "a": 1\n  "b": 2\n}'), [3, 3])
    assert.deepStrictEqual(problem("[]"), [1, 1])
    assert.deepStrictEqual(problem('{"a": '), [1, 7])
  })
})

describe("taking changes back", () => {
  it("gives the values that were there before", () => {
    const text = '{\n  "env": {\n    "URL": "http://old"\n  }\n}\n'
    assert.strictEqual(undone(text), text)
  })

  it("leaves what others wrote meanwhile, and says what of ours they changed", () => {
    const { text, made: list } = made('{"a": 1}')
    const changed = text.replace('"default"', '"plan"').replace('"a": 1', '"a": 1, "b": 2')
    const { text: back, kept } = Result.getOrThrow(takeBack(jsonFormat, changed, list))
    assert.deepStrictEqual(JSON.parse(back), { a: 1, b: 2, permissions: { defaultMode: "plan" } })
    assert.deepStrictEqual(kept, [["permissions", "defaultMode"]])
  })

  it("restores the value of any object", () => {
    const object = fc.dictionary(
      fc.constantFrom("env", "permissions", "model", "x"),
      fc.oneof(
        fc.string(),
        fc.integer(),
        fc.dictionary(fc.constantFrom("URL", "TOKEN", "z"), fc.string(), { minKeys: 1 })
      )
    )
    fc.assert(
      fc.property(object.filter(isPlain), fc.constantFrom(0, 2, 4), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent)
        assert.deepStrictEqual(JSON.parse(undone(text)), JSON.parse(text))
      })
    )
  })
})

/** `env` and `permissions` are objects where they exist. */
const isPlain = (value: Record<string, unknown>): boolean =>
  ["env", "permissions"].every((key) => value[key] === undefined || typeof value[key] === "object")
