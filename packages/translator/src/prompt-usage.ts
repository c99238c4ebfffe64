import type { Accepted, Started, Usage } from "@pensieve/models"

/** The prompt is counted. */
export const withPrompt = (usage: Usage, event: Accepted): Usage => ({ ...usage, inputTokens: event.promptTokens })

/** The prompt is known as a whole; what the cache had is taken out of it. */
export const withCached = (usage: Usage, event: Started): Usage => {
  const cacheReadTokens = Math.min(event.cachedTokens, usage.inputTokens)
  return { ...usage, inputTokens: usage.inputTokens - cacheReadTokens, cacheReadTokens }
}
