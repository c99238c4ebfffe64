import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { parse, stringify } from "smol-toml"
import { makeChanges, takeBack } from "../../src/client-setup/edit-settings.ts"
import { tomlFormat } from "../../src/client-setup/toml-format.ts"

const provider = { name: "Pensieve", base_url: "http://127.0.0.1:7777/v1" }
const changes = [
  { path: ["model"], value: "local-m" },
  { path: ["window"], value: 9000 },
  { path: ["model_providers", "pensieve"], value: provider }
]

const made = (text: string) => Result.getOrThrow(makeChanges(tomlFormat, text, changes))
const undone = (text: string) => {
  const { text: edited, made: list } = made(text)
  return Result.getOrThrow(takeBack(tomlFormat, edited, list)).text
}

const settled = [
  "# mine",
  'model = "gpt-5"   # the big one',
  "approval_policy = 'never'",
  "",
  "[model_providers.other]",
  'name = "Other" # odd',
  "",
  "[[hooks]]",
  "run = [1,2 , 3]",
  ""
].join("\n")

describe("changes in a TOML text", () => {
  it("make a file where there is none", () => {
    assert.strictEqual(
      made("").text,
      'window = 9000\nmodel = "local-m"\n\n[model_providers.pensieve]\nname = "Pensieve"\nbase_url = "http://127.0.0.1:7777/v1"\n'
    )
  })

  it("replace a value where it stands, and leave all else alone, comments too", () => {
    const { text } = made(settled)
    assert.include(text, 'model = "local-m"   # the big one\n')
    for (const line of settled.split("\n").slice(2)) assert.include(text, line)
    assert.deepInclude(parse(text), { model: "local-m", window: 9000, approval_policy: "never" })
  })

  it("replace a table of our name, and not what stands behind it", () => {
    const text = '[model_providers.pensieve]\nname = "old"\nstale = 1\n\n[other]\na = 1\n'
    assert.deepEqual(parse(made(text).text), {
      model: "local-m",
      window: 9000,
      model_providers: { pensieve: provider },
      other: { a: 1 }
    })
  })

  it("keep the line ends of the text", () => {
    const { text } = made("a = 1\r\n\r\n[b]\r\nc = 2\r\n")
    assert.notMatch(text, /[^\r]\n/)
  })

  it("change nothing that is so already", () => {
    const { text } = made(settled)
    assert.deepEqual(made(text), { text, made: [] })
  })

  it("are refused with the place where the text is no TOML", () => {
    const problem = Result.getOrThrow(Result.flip(makeChanges(tomlFormat, "a = 1\nb = = 2\n", changes)))
    assert.strictEqual(problem.line, 2)
  })

  it("are refused where more than they would have to change", () => {
    for (const text of [
      'model_providers = { other = { name = "x" } }\n',
      'model_providers.pensieve.name = "x"\n',
      'model = """\na\nb"""\n'
    ])
      assert.match(
        Result.getOrThrow(Result.flip(makeChanges(tomlFormat, text, changes))).problem,
        /cannot be changed by itself/,
        text
      )
  })
})

describe("taking changes back out of a TOML text", () => {
  it("gives the text before, byte for byte", () => {
    for (const text of [settled, "a = 1\r\n\r\n[b]\r\nc = 2\r\n", "[b]\nc = 2\n", "a = 1\n"])
      assert.strictEqual(undone(text), text)
  })

  it("leaves alone what somebody has changed since", () => {
    const { text, made: list } = made(settled)
    const touched = text.replace('"local-m"', '"gpt-6"')
    const reverted = Result.getOrThrow(takeBack(tomlFormat, touched, list))
    assert.deepEqual(reverted.kept, [["model"]])
    assert.deepEqual(parse(reverted.text), { ...parse(settled), model: "gpt-6" })
  })

  it("restores the values of any file", () => {
    const key = fc.stringMatching(/^[a-z]{1,6}$/)
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }))
    const table = fc.dictionary(key, value, { maxKeys: 4 })
    const file = fc.dictionary(fc.oneof(key, fc.constantFrom("model", "window")), fc.oneof(value, table), {
      maxKeys: 6
    })
    fc.assert(
      fc.property(file, (data) => {
        const text = stringify(data)
        const edited = makeChanges(tomlFormat, text, changes)
        // What cannot be changed by itself is refused, never guessed at.
        if (Result.isFailure(edited)) return
        const reverted = Result.getOrThrow(takeBack(tomlFormat, edited.success.text, edited.success.made))
        assert.deepEqual(parse(reverted.text), parse(text))
      })
    )
  })
})
