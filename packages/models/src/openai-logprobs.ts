/**
 * Log probabilities of tokens on the wire, the same in chat completions and in Responses.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/object
 */

/** A token as one of several that were likely. */
export interface OpenaiTopLogprob {
  readonly token: string
  readonly logprob: number
  readonly bytes: ReadonlyArray<number>
}

/** A token that was chosen. */
export interface OpenaiTokenLogprob extends OpenaiTopLogprob {
  readonly top_logprobs: ReadonlyArray<OpenaiTopLogprob>
}
