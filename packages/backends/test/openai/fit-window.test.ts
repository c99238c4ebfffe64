import { assert, describe, it } from "@effect/vitest"
import { BackendFailed, InvalidRequest, PromptTooLong } from "@pensieve/errors"
import { isOverflow, overflowOf, type PromptSize, roomFor, roomTold } from "../../src/openai/fit-window.ts"
import { unknownServer, withTraits } from "../../src/openai/traits.ts"
import { makeTokenEstimate } from "../../src/upstream/token-estimate.ts"

const size = (tokens: number, window: number | undefined, learned = true): PromptSize => {
  const estimate = makeTokenEstimate()
  if (learned) estimate.learn(4000, 1000)
  return { tokens, window, estimate }
}
const cutting = withTraits(unknownServer, { cutsPrompts: true })

describe("a prompt that surely does not fit", () => {
  it("is refused for a server that would cut it, and only for such a one", () => {
    assert.deepStrictEqual(
      overflowOf(size(5000, 4096), cutting),
      new PromptTooLong({ promptTokens: 5000, window: 4096 })
    )
    assert.isUndefined(overflowOf(size(5000, 4096), unknownServer))
  })

  it("is let through as long as the estimate may be wrong", () => {
    assert.isUndefined(overflowOf(size(4300, 4096), cutting))
    assert.isUndefined(overflowOf(size(5000, 4096, false), cutting))
    assert.isUndefined(overflowOf(size(5_000_000, undefined), cutting))
  })
})

describe("the room for an answer", () => {
  it("is what the window leaves, rather too much than too little", () => {
    assert.strictEqual(roomFor(size(11_000, 32_768)), 22_768)
    assert.strictEqual(roomFor(size(15_000, 32_768, false)), 22_768)
    assert.isUndefined(roomFor(size(100, undefined)))
    assert.isUndefined(roomFor(size(50_000, 32_768)))
  })

  it("is told exactly by a server that refuses a bound", () => {
    const message =
      "input length and `max_tokens` exceed context limit: 20000 + 128000 > 32768, decrease input length or `max_tokens` and try again"
    assert.strictEqual(roomTold(new InvalidRequest({ message })), 12_768)
    assert.isUndefined(roomTold(new InvalidRequest({ message: "something else" })))
    assert.isUndefined(roomTold(new BackendFailed({ message })))
  })
})

describe("an overflow", () => {
  it("is known by its error", () => {
    assert.isTrue(isOverflow(new PromptTooLong({ promptTokens: 2, window: 1 })))
    assert.isTrue(
      isOverflow(new InvalidRequest({ message: "Input is too long for requested model. The upstream says: no" }))
    )
    assert.isFalse(isOverflow(new InvalidRequest({ message: "The upstream refused the request: no" })))
  })
})
