import { assert, describe, it } from "@effect/vitest"
import { resolveConfiguration } from "@pensieve/config"
import { Result } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const folder = join(import.meta.dirname, "fixtures/refused")

/** What a person is told of a file, a line each. */
const told = (text: string): ReadonlyArray<string> => {
  const resolved = resolveConfiguration({ flags: {}, env: {}, file: { path: "config.yaml", text } })
  return Result.isSuccess(resolved)
    ? []
    : resolved.failure.map(({ message, line, column }) =>
        line === undefined ? message : `${message} (line ${line}, column ${column})`
      )
}

/** Each file holds a configuration and, behind a line of dashes, exactly what is said of it. */
describe("a configuration file is refused, with all that is wrong and where:", () => {
  const names = readdirSync(folder)

  it.each(names)("%s", (name) => {
    const [text = "", expected = ""] = readFileSync(join(folder, name), "utf8").split("-----\n")
    assert.strictEqual(told(text).join("\n"), expected.trimEnd())
    assert.notInclude(expected, "canary")
  })

  it("there is something to refuse", () => {
    assert.isAtLeast(names.length, 18)
  })
})
