import { assert, describe, it } from "@effect/vitest"
import { afterProbe, unprobed } from "../../src/pool/health.ts"

const after = (...probes: ReadonlyArray<boolean>) => probes.reduce(afterProbe, unprobed).healthy

describe("the health of a backend", () => {
  it("changes when two probes in a row say so", () => {
    assert.isTrue(after())
    assert.isTrue(after(false))
    assert.isFalse(after(false, false))
    assert.isFalse(after(false, false, true))
    assert.isTrue(after(false, false, true, true))
  })

  it("does not flicker", () => {
    assert.isTrue(after(false, true, false, true, false))
    assert.isFalse(after(false, false, true, false, true, false))
  })
})
