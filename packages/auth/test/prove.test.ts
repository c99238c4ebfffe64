import { isChallenge, proofOf } from "@pensieve/auth"
import { assert, describe, it } from "vitest"

const challenge = "0123456789abcdef"

describe("the proof of the token", () => {
  it("is the same for the same token, port and challenge", () => {
    assert.strictEqual(proofOf("secret", 7777, challenge), proofOf("secret", 7777, challenge))
  })

  it("differs with each of them, so that it cannot be passed on for another port or kept for another time", () => {
    const proofs = [
      proofOf("secret", 7777, challenge),
      proofOf("other", 7777, challenge),
      proofOf("secret", 7778, challenge),
      proofOf("secret", 7777, `${challenge}0`)
    ]
    assert.strictEqual(new Set(proofs).size, proofs.length)
  })

  it("does not show the token", () => {
    assert.notInclude(proofOf("secret", 7777, challenge), "secret")
  })
})

describe("a challenge", () => {
  it("is long enough to be new each time, short enough for a header, and plain", () => {
    assert.isTrue(isChallenge(challenge))
    for (const bad of [undefined, "", "short", "a".repeat(65), "0123456789abcde\u0301", "0123456789 abcdef"])
      assert.isFalse(isChallenge(bad))
  })
})
