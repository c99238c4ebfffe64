import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { mergeSettings, takeSettings } from "../../src/clients/user-settings.ts"

const taken = (...args: ReadonlyArray<string>) => Effect.runSync(takeSettings(args))

describe("the user's own --settings", () => {
  it("are taken out of the arguments, in both forms", () => {
    const expected = { given: { a: 1 }, rest: ["-p", "hi"] }
    assert.deepEqual(taken("--settings", '{"a":1}', "-p", "hi"), expected)
    assert.deepEqual(taken("-p", '--settings={"a":1}', "hi"), expected)
  })

  it("are none where there are none", () => {
    assert.deepEqual(taken("-p", "hi"), { given: {}, rest: ["-p", "hi"] })
  })

  it("are refused when they are neither a file nor an object", () => {
    for (const bad of ["no-such-file.json", "[1]", "3"])
      assert.throws(() => taken("--settings", bad), /--settings: neither/)
  })

  it("keep what ours do not speak of", () => {
    assert.deepEqual(
      mergeSettings({ env: { A: "his", B: "his" }, theme: "dark" }, { env: { A: "ours" }, model: "m" }),
      {
        env: { A: "ours", B: "his" },
        theme: "dark",
        model: "m"
      }
    )
  })
})
