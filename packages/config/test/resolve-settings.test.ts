import { assert, describe, it } from "@effect/vitest"
import { resolveSettings, type SettingsInput } from "@pensieve/config"
import { Result } from "effect"

const resolve = (input: Partial<SettingsInput>) => resolveSettings({ flags: {}, env: {}, ...input })
const file = (text: string) => ({ path: "config.yaml", text })
const problems = (input: Partial<SettingsInput>) => {
  const result = resolve(input)
  return Result.isFailure(result) ? result.failure : []
}

describe("resolveSettings", () => {
  it("gives the defaults when nothing is said", () => {
    const { settings, origins } = Result.getOrThrow(resolve({}))
    assert.strictEqual(settings.port, 7777)
    assert.isUndefined(settings.model)
    assert.strictEqual(origins.port, "default")
  })

  it("prefers the flag, then the environment, then the file, and says which it was", () => {
    const env = { PENSIEVE_PORT: "2" }
    const yaml = file("port: 3\nmodel: some/model\n")
    const of = (input: Partial<SettingsInput>) => {
      const { settings, origins } = Result.getOrThrow(resolve(input))
      return [settings.port, origins.port]
    }
    assert.deepStrictEqual(of({ flags: { port: "1" }, env, file: yaml }), [1, "flag"])
    assert.deepStrictEqual(of({ env, file: yaml }), [2, "environment"])
    assert.deepStrictEqual(of({ file: yaml }), [3, "file"])
  })

  it("takes an empty variable as absent", () => {
    assert.strictEqual(Result.getOrThrow(resolve({ env: { PENSIEVE_PORT: "" } })).settings.port, 7777)
  })

  it("names the flag, the value and the remedy", () => {
    assert.deepStrictEqual(problems({ flags: { port: "70000" } }), [
      { message: `--port must be a whole number from 0 to 65535 (it is "70000")` }
    ])
  })

  it("never repeats a token in a message", () => {
    assert.deepStrictEqual(problems({ env: { PENSIEVE_TOKEN: "  " } }), [
      { message: "PENSIEVE_TOKEN must not be empty" }
    ])
  })

  it("reports every problem of the file with line and column", () => {
    const found = problems({ file: file("port: many\nmodle: x\nlogLevel: loud\n") })
    assert.deepStrictEqual(
      found.map((problem) => [problem.line, problem.column]),
      [
        [1, 1],
        [3, 1],
        [2, 1]
      ]
    )
    assert.match(found[2]?.message ?? "", /unknown setting "modle"/)
  })

  it("refuses what is not a mapping, broken text and a repeated key", () => {
    assert.match(problems({ file: file("- a\n- b\n") })[0]?.message ?? "", /mapping/)
    assert.isNotEmpty(problems({ file: file("port: [1\n") }))
    assert.strictEqual(problems({ file: file("port: 1\nport: 2\n") })[0]?.line, 2)
  })

  it("takes an empty file", () => {
    assert.strictEqual(Result.getOrThrow(resolve({ file: file("# nothing yet\n") })).settings.port, 7777)
  })
})
