import { assert, describe, it } from "@effect/vitest"
import { basePaths, rootOf } from "../../src/openai/base-path.ts"

describe("the places of an API under an address", () => {
  it.each([
    ["", ["/v1", ""]],
    ["/", ["/v1", ""]],
    ["/v1", ["/v1"]],
    ["/v1/chat/completions", ["/v1"]],
    ["/api", ["/api/v1", "/api"]],
    ["/api/coding/paas/v4", ["/api/coding/paas/v4"]],
    ["/v1beta/openai", ["/v1beta/openai"]]
  ])("%s", (path, bases) => {
    assert.deepStrictEqual([...basePaths(path)], bases)
  })

  it("have the server's own questions beside them", () => {
    assert.strictEqual(rootOf("/v1"), "")
    assert.strictEqual(rootOf("/proxy/v1"), "/proxy")
    assert.strictEqual(rootOf("/paas/v4"), "/paas/v4")
  })
})
