import type { FinishReason, Finished, OpenaiChatFinishReason } from "@pensieve/models"

const reasons: Readonly<Record<FinishReason, OpenaiChatFinishReason>> = {
  "end-turn": "stop",
  "max-tokens": "length",
  "stop-sequence": "stop",
  "tool-use": "stop",
  refusal: "content_filter",
  "context-window": "length"
}

/**
 * Why the answer ended: `tool_calls` if and only if it has a call, whatever the backend said.
 *
 * @see wire contract, section 8
 */
export const finishReason = (event: Finished, called: boolean): OpenaiChatFinishReason =>
  called ? "tool_calls" : reasons[event.reason]
