import { assert, beforeAll, describe, it } from "vitest"
import { fuzzGate, type FuzzReport } from "../src/gate-fuzz/fuzz-gate.ts"

describe("two thousand malformed requests", () => {
  let report: FuzzReport
  beforeAll(async () => {
    report = await fuzzGate({ requests: 2000, seed: 20_261_121 })
  }, 180_000)

  it("leave the server up", () => assert.isTrue(report.alive))
  it("get no further than the gate without the token", () => assert.deepEqual(report.passed, []))
  it("bring no word of a stranger to a backend", () => assert.strictEqual(report.leaked, 0))
  it("hold no connection for longer than the limits", () => assert.strictEqual(report.stuck, 0))

  it("get through where they are good by chance, and are refused in every way there is", () => {
    const told = Object.keys(report.statuses).map(Number)
    assert.includeMembers(told, [200, 400, 403, 404, 429])
  })

  it("leave the memory as it is", () => {
    const [first = 0, ...others] = report.memoryMb
    assert.isBelow(Math.max(...others), first + 150, report.memoryMb.join(", "))
  })
})
