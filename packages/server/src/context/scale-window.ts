import type { GenerationEvent, Notice, Usage } from "@pensieve/models"

/** Says that the client was told other numbers than there are. */
export const scaledNotice: Notice = {
  code: "window-scaled",
  message: "Prompt tokens are told larger than they are, so that the client sums up in time."
}

/**
 * By how much prompt tokens are told larger than they are: a client that believes in a larger window than there is then finds it as full
 * as it is. Undefined where nothing is to be scaled.
 */
export const windowScale = (window: number | undefined, believed: number | undefined): number | undefined =>
  window === undefined || believed === undefined || believed <= window ? undefined : believed / window

/** The window that clients are told, tokens: it fits the numbers that they are told. */
export const toldWindow = (window: number | undefined, believed: number | undefined): number | undefined =>
  windowScale(window, believed) === undefined ? window : believed

/** Tokens of a prompt as they are told. */
export const scaledTokens = (tokens: number, scale: number | undefined): number =>
  scale === undefined ? tokens : Math.round(tokens * scale)

const scaledUsage = (usage: Usage, scale: number): Usage => ({
  ...usage,
  inputTokens: scaledTokens(usage.inputTokens, scale),
  cacheReadTokens: scaledTokens(usage.cacheReadTokens, scale),
  cacheCreationTokens: scaledTokens(usage.cacheCreationTokens, scale)
})

/** An event with the tokens of the prompt as they are told. */
export const scaledEvent = (event: GenerationEvent, scale: number): GenerationEvent => {
  switch (event.type) {
    case "accepted":
      return { ...event, promptTokens: scaledTokens(event.promptTokens, scale) }
    case "started":
      return { ...event, cachedTokens: scaledTokens(event.cachedTokens, scale) }
    case "usage":
      return { ...event, usage: scaledUsage(event.usage, scale) }
    default:
      return event
  }
}
