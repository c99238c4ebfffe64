import { assert, describe, it } from "@effect/vitest"
import { importRouter, resolveConfiguration } from "@pensieve/config"
import { Result } from "effect"
import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"

const folder = join(import.meta.dirname, "fixtures/router")

/** Files as people have them; beside each, exactly what becomes of it: our configuration, and behind a line of dashes what is said. */
describe("claude-code-router's configuration", () => {
  const names = globSync("*.json", { cwd: folder }).map((name) => basename(name, ".json"))

  it.each(names)("%s is taken over", (name) => {
    const read = (ending: string) => readFileSync(join(folder, `${name}${ending}`), "utf8")
    const { text, notes } = Result.getOrThrow(importRouter(read(".json")))
    assert.strictEqual(`${text}-----\n${notes.map((note) => `${note}\n`).join("")}`, read(".txt"))
    assert.notInclude(read(".txt"), "canary")
    const variables = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, variable = ""]) => [variable, "given"])
    const env = Object.fromEntries(variables)
    assert.isTrue(Result.isSuccess(resolveConfiguration({ flags: {}, env, file: { path: "c.yaml", text } })))
  })

  it("comes in several kinds", () => {
    assert.isAtLeast(names.length, 4)
  })
})
