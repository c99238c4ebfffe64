/** What an upstream takes, where models and versions differ. Set by the backend, never guessed from names. */
export interface RequestOptions {
  /** The model as the upstream names it. */
  readonly model: string
  readonly stream: boolean
  /** Bound of an answer whose client sets none, in tokens; the API wants one. */
  readonly maxTokens: number
  /** The largest bound the model takes, where it is known. */
  readonly mostTokens?: number
  /** How thinking is asked for: the model decides under an effort, a budget in tokens, or not at all. */
  readonly thinking: "adaptive" | "budget" | "none"
  /** System turns inside the conversation: as messages of their own, which only newer models take, or folded into the user's words. */
  readonly systemTurns: "in-place" | "folded"
  /** Whether temperature and its like are taken; the API version 2026-10-21 refuses them. */
  readonly sampling: boolean
}

/** What the API takes under its version 2023-06-01. */
export const defaultRequestOptions: Omit<RequestOptions, "model"> = {
  stream: true,
  maxTokens: 32_000,
  thinking: "adaptive",
  systemTurns: "folded",
  sampling: true
}
