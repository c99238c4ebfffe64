import { type Accepted, splitPrompt, type Started, type Usage } from "@pensieve/models"

/** The prompt is counted. */
export const withPrompt = (usage: Usage, event: Accepted): Usage => ({ ...usage, inputTokens: event.promptTokens })

/** The prompt is known as a whole; what the cache had, and what it gets, is taken out of it. */
export const withCached = (usage: Usage, event: Started): Usage => ({
  ...usage,
  ...splitPrompt(usage.inputTokens, event)
})
