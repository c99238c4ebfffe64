import type { AnthropicDeltaUsage, AnthropicUsage, Usage } from "@pensieve/models"

/**
 * The counts of `message_delta`: cumulative, replacing those of `message_start`.
 *
 * @see wire contract, section 4, usage accounting
 */
export const deltaUsage = (usage: Usage): AnthropicDeltaUsage => ({
  input_tokens: usage.inputTokens,
  cache_creation_input_tokens: usage.cacheCreationTokens,
  cache_read_input_tokens: usage.cacheReadTokens,
  output_tokens: usage.outputTokens,
  output_tokens_details: { thinking_tokens: usage.reasoningTokens },
  server_tool_use: null
})

/** The counts of a message. */
export const messageUsage = (usage: Usage): AnthropicUsage => ({
  ...deltaUsage(usage),
  cache_creation: null,
  service_tier: "standard",
  inference_geo: null,
  speed: null
})
