import { assert, describe, it } from "vitest"
import { basePath } from "../../src/anthropic/base-path.ts"

describe("the path of an Anthropic upstream", () => {
  for (const [path, base] of [
    ["/", ""],
    ["/v1", ""],
    ["/v1/messages/", ""],
    ["/anthropic", "/anthropic"],
    ["/anthropic/v1/", "/anthropic"]
  ] as const)
    it(`of ${path} is "${base}"`, () => assert.strictEqual(basePath(path), base))
})
