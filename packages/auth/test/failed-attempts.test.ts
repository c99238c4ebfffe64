import { makeFailedAttempts } from "@pensieve/auth"
import { assert, describe, it } from "vitest"

const limits = { attempts: 3, windowMs: 60_000 }

describe("wrong credentials", () => {
  it("are told as such a few times, and then to wait for the rest of the minute", () => {
    const { failed } = makeFailedAttempts(limits)
    assert.deepEqual(
      [0, 1000, 2000, 3000, 59_000].map((now) => failed("a", now)),
      [undefined, undefined, undefined, 57, 1]
    )
  })

  it("are forgotten after a minute", () => {
    const { failed } = makeFailedAttempts(limits)
    for (let attempt = 0; attempt < 10; attempt++) failed("a", 0)
    assert.isUndefined(failed("a", 60_000))
  })

  it("of one sender are not another's", () => {
    const { failed } = makeFailedAttempts(limits)
    for (let attempt = 0; attempt < 10; attempt++) failed("a", 0)
    assert.isUndefined(failed("b", 0))
  })

  it("of countless senders take a bounded memory", () => {
    const { failed } = makeFailedAttempts({ attempts: 1, windowMs: 60_000 })
    for (let sender = 0; sender < 5000; sender++) failed(String(sender), 0)
    assert.isUndefined(failed("0", 1))
    assert.isDefined(failed("4999", 1))
  })
})
