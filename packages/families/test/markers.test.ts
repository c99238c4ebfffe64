import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { families } from "../src/index.ts"
import { samples } from "./samples.ts"

const known: unknown = JSON.parse(
  readFileSync(new URL("../../../python_bridge/tests/family_markers.json", import.meta.url), "utf8")
)

describe("the markers of the families", () => {
  it("are those that the bridge is tested with: none of them may mean anything inside content", () => {
    assert.deepStrictEqual(known, Object.fromEntries(families.map(({ name, markers }) => [name, markers])))
  })

  it.each(samples.map((sample) => [sample.family.name, sample] as const))("of %s are all told", (_, sample) => {
    assert.includeMembers([...sample.family.markers], [...sample.markers])
  })
})
