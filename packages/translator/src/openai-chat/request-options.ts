/** What an upstream takes, where servers differ. Measured by the backend, never guessed from names. */
export interface RequestOptions {
  /** The model as the upstream names it. */
  readonly model: string
  readonly stream: boolean
  readonly maxTokensField: "max_tokens" | "max_completion_tokens"
  readonly systemRole: "system" | "developer"
  /** System turns inside the conversation: where they stand, or folded into the user's words for templates that take none there. */
  readonly systemTurns: "in-place" | "folded"
  /** What becomes of earlier thinking. */
  readonly reasoningHistory: "dropped" | "reasoning_content"
  /** How much thinking is asked for: by `reasoning_effort`, by the chat template's switch, or not at all. */
  readonly reasoningControl: "effort" | "template" | "none"
  /** Whether pictures are read. */
  readonly images: boolean
  /** Pictures and files in tool results, which a tool message cannot hold: in a user message behind it, or as placeholders. */
  readonly toolMedia: "hoisted" | "placeholder"
  /** Whether `file` parts (PDF) are read. */
  readonly files: boolean
  /** Whether `top_k`, `min_p` and `repetition_penalty` are known. */
  readonly samplingExtensions: boolean
  /** Whether `prompt_cache_key` is known. */
  readonly promptCacheKey: boolean
  /** No turn and no tool of a conversation ever changes: what one was encoded to is kept as long as it is, and given again. */
  readonly shared: boolean
}

/** What most servers on a user's machine take. */
export const defaultRequestOptions: Omit<RequestOptions, "model"> = {
  stream: true,
  maxTokensField: "max_tokens",
  systemRole: "system",
  systemTurns: "in-place",
  reasoningHistory: "dropped",
  reasoningControl: "none",
  images: true,
  toolMedia: "hoisted",
  files: false,
  samplingExtensions: true,
  promptCacheKey: false,
  shared: false
}
