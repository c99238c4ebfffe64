import type { AnthropicTokenCount } from "@pensieve/models"

/**
 * Answer of `POST /v1/messages/count_tokens`.
 *
 * @see wire contract, section 1
 */
export const encodeCount = (inputTokens: number): AnthropicTokenCount => ({
  input_tokens: inputTokens,
  context_management: null
})
