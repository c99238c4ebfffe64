import type { OpenaiChatUsage, Usage } from "@pensieve/models"

/**
 * The counts of a completion: `prompt_tokens` is the whole prompt, what the cache had included.
 *
 * @see wire contract, section 8
 */
export const completionUsage = (usage: Usage): OpenaiChatUsage => {
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheCreationTokens
  return {
    prompt_tokens: promptTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: promptTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens }
  }
}
