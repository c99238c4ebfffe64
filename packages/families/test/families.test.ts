import { assert, describe, it } from "@effect/vitest"
import { detectFamily, families, familyNamed, prompted } from "../src/index.ts"
import { tags } from "./reading.ts"
import { samples } from "./samples.ts"

const detected = (templateText: string | null, addedTokens: ReadonlyArray<string> = []) =>
  detectFamily({ templateText, addedTokens, architecture: "whatever" }).name

describe("the family of a model", () => {
  it("is Hermes where the template writes JSON between the tags", () => {
    assert.strictEqual(detected("{{ '<tool_call>\\n{\"name\": \"' + tool_call.name + '\"' }}"), "hermes")
  })

  it("is Hermes where the template's instructions say so with escaped quotes", () => {
    assert.strictEqual(
      detected(String.raw`"return <tool_call>\n{\"name\": <function-name>, \"arguments\": <args>}"`),
      "hermes"
    )
  })

  it.each(samples.map((sample) => [sample.family.name, sample] as const))(
    "is %s where the template has its signs",
    (name, sample) => {
      for (const sign of sample.templates) assert.strictEqual(detected(sign, sample.addedTokens ?? []), name)
    }
  )

  it.each([
    ["something that is not JSON", "'<tool_call>' + tool_call.name + '</tool_call>'"],
    ["another tag of a like name", "'<my:tool_call>' '<|tool_calls|>'"],
    ["no tools", "{{ message.content }}"]
  ])("is the prompted one where the template writes %s", (_, template) => {
    assert.strictEqual(detected(template, tags), "prompted")
  })

  it("is the prompted one without a template", () => {
    assert.strictEqual(detected(null, tags), "prompted")
  })

  it("is found again by its name", () => {
    for (const family of families) assert.strictEqual(familyNamed(family.name), family)
    assert.isUndefined(familyNamed("nobody"))
  })

  it("stands before the one that takes every model", () => {
    assert.strictEqual(families.at(-1), prompted)
  })

  it("has a sampling of its own where its models are known", () => {
    for (const family of families)
      assert.strictEqual(family.sampling.temperature === undefined, family === prompted, family.name)
  })

  it("has a name of its own", () => {
    assert.strictEqual(new Set(families.map((family) => family.name)).size, families.length)
  })
})
