/** Characters that make a token, on average, in code and English. */
const charactersPerToken = 4

/** What the last answer of a conversation told about its size. */
export interface LastTurn {
  /** Tokens of that prompt and its answer together. */
  readonly tokens: number
  /** Characters of that request's body. */
  readonly bodyCharacters: number
}

/** Tokens of a prompt, without counting them: the last turn's usage plus what was added since, or the body's length. */
export const estimateTokens = (bodyCharacters: number, lastTurn?: LastTurn): number =>
  lastTurn === undefined || bodyCharacters < lastTurn.bodyCharacters
    ? Math.ceil(bodyCharacters / charactersPerToken)
    : lastTurn.tokens + Math.ceil((bodyCharacters - lastTurn.bodyCharacters) / charactersPerToken)
