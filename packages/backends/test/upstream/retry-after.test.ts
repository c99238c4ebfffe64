import { assert, describe, it } from "@effect/vitest"
import { retryAfterOf } from "../../src/upstream/retry-after.ts"

describe("retryAfterOf", () => {
  const now = Date.UTC(2026, 9, 21, 7, 28, 0)
  it.each([
    [{ "retry-after": "7" }, 7],
    [{ "retry-after": " 1.5 " }, 1.5],
    [{ "retry-after-ms": "250", "retry-after": "9" }, 0.25],
    [{ "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT" }, 30],
    [{ "retry-after": "Wed, 21 Oct 2026 07:00:00 GMT" }, 0],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined]
  ])("%j is %s", (headers, seconds) => {
    assert.strictEqual(retryAfterOf(headers as Record<string, string>, now), seconds)
  })
})
