import type { ResponsesUsage, Usage } from "@pensieve/models"

/**
 * The counts of a response: the whole prompt, with what the cache had as a part of it.
 *
 * @see wire contract, section 8, `response.completed`
 */
export const responseUsage = (usage: Usage): ResponsesUsage => {
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheCreationTokens
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: usage.cacheCreationTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: input + usage.outputTokens
  }
}
