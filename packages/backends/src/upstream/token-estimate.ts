/** Characters a token has, before any answer has told better: JSON with English words in it. */
const usualRatio = 4
/** Shorter prompts tell more about the template than about the text. */
const leastTokens = 100
/** How much the newest answer counts against those before. */
const weight = 0.3

/** How many tokens a text has, told from its length and from what the upstream reported of earlier ones. */
export interface TokenEstimate {
  readonly tokens: (characters: number) => number
  /** Takes in what the upstream counted for a text of this length. */
  readonly learn: (characters: number, tokens: number) => void
  /** Whether the upstream has ever reported a count. */
  readonly learned: () => boolean
}

/** Starts without knowing anything of the model. */
export const makeTokenEstimate = (): TokenEstimate => {
  let ratio: number | undefined
  return {
    tokens: (characters) => Math.ceil(characters / (ratio ?? usualRatio)),
    learn: (characters, tokens) => {
      if (tokens < leastTokens || characters < tokens / 2) return
      const seen = characters / tokens
      ratio = ratio === undefined ? seen : ratio + (seen - ratio) * weight
    },
    learned: () => ratio !== undefined
  }
}
