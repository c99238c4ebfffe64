import { assert, describe, it } from "@effect/vitest"
import { tokenMatches } from "@pensieve/auth"

const tokens = [
  "",
  "a",
  "token",
  "tokem",
  "token-and-more",
  "tökën",
  "tökë",
  "t".repeat(2000),
  "\u0000",
  "a\u0000",
  "toke\u0000"
]

describe("a credential", () => {
  it("is the token only where all of it is", () => {
    for (const token of tokens)
      for (const given of [...tokens, ...tokens.toReversed()])
        assert.strictEqual(
          tokenMatches(given, token),
          given === token,
          `${JSON.stringify(given)} for ${JSON.stringify(token)}`
        )
  })
})
