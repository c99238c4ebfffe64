/** What an upstream takes, where servers differ. Set by the backend, never guessed from names. */
export interface RequestOptions {
  /** The model as the upstream names it. */
  readonly model: string
  readonly stream: boolean
  /** Whether the model thinks: then `reasoning` is taken, and thoughts come encrypted and go back. */
  readonly reasoning: boolean
  /** Whether pictures are read. */
  readonly images: boolean
  /** Whether files (PDF) are read. */
  readonly files: boolean
  /** Whether `prompt_cache_key` is known. */
  readonly promptCacheKey: boolean
}

/** What the API itself takes. */
export const defaultRequestOptions: Omit<RequestOptions, "model"> = {
  stream: true,
  reasoning: true,
  images: true,
  files: true,
  promptCacheKey: true
}
