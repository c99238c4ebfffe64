import type { TokenLogprob, TokenLogprobs } from "@pensieve/models"
import fc from "fast-check"

const utf8 = new TextEncoder()

const chance = fc
  .record({ token: fc.string({ maxLength: 4 }), logprob: fc.double({ min: -99, max: 0, noNaN: true }) })
  // JSON cannot tell -0 from 0.
  .map(({ token, logprob }) => ({ token, logprob: logprob + 0, bytes: [...utf8.encode(token)] }))

const token: fc.Arbitrary<TokenLogprob> = fc
  .tuple(chance, fc.array(chance, { maxLength: 2 }))
  .map(([own, alternatives]) => ({ ...own, alternatives }))

/** How likely some tokens were. */
export const logprobs: fc.Arbitrary<TokenLogprobs> = fc.record({
  type: fc.constant("token-logprobs"),
  tokens: fc.array(token, { minLength: 1, maxLength: 3 })
})
