import { resolveConfiguration, settings } from "@pensieve/config"
import { assert, describe, it } from "vitest"
import { blocksOf, documents, read } from "../src/documents.ts"
import { withSettings } from "../src/setting-tables.ts"

describe("the page about the configuration", () => {
  const page = read("docs/configuration.md")

  it("has every setting as the schema has it (`pnpm --filter docs-tests run settings` writes them)", () => {
    assert.strictEqual(withSettings(page), page)
  })

  it("names only modes that are known", () => {
    const { description = "" } = settings.find(({ flag }) => flag === "mode") ?? {}
    const known = /known by name \(([^)]*)\)/.exec(description)?.[1]?.split(", ") ?? []
    const told = /`--mode` names a server at its usual address: ([^.]*)\./.exec(page)?.[1] ?? ""
    assert.sameMembers(
      [...told.matchAll(/`([^`]+)`/g)].map(([, mode]) => mode),
      known
    )
  })
})

describe("every configuration in the documents", () => {
  const examples = documents.flatMap((document) =>
    blocksOf(read(document))
      .filter(({ language }) => language === "yaml")
      .map(({ line, code }) => [document, line, code] as const)
  )

  it.each(examples)("is taken: %s, line %i", (path, _, text) => {
    const resolved = resolveConfiguration({ flags: {}, env: {}, file: { path, text } })
    assert.deepInclude(resolved, { _tag: "Success" })
  })
})
