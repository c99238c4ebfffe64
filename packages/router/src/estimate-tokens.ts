/** Bytes of UTF-8 that make a token, on average, in code and English. */
const bytesPerToken = 4

/** What the last answer of a conversation told about its size. */
export interface LastTurn {
  /** Tokens of that prompt and its answer together. */
  readonly tokens: number
  /** Bytes of that request's body. */
  readonly bodyBytes: number
}

/** Tokens of a prompt, without counting them: the last turn's usage plus what was added since, or the body's size. */
export const estimateTokens = (bodyBytes: number, lastTurn?: LastTurn): number =>
  lastTurn === undefined || bodyBytes < lastTurn.bodyBytes
    ? Math.ceil(bodyBytes / bytesPerToken)
    : lastTurn.tokens + Math.ceil((bodyBytes - lastTurn.bodyBytes) / bytesPerToken)
