import type { AnthropicMessage, AnthropicStopReason, FinishReason, Finished } from "@pensieve/models"

const reasons: Readonly<Record<FinishReason, AnthropicStopReason>> = {
  "end-turn": "end_turn",
  "max-tokens": "max_tokens",
  "stop-sequence": "stop_sequence",
  "tool-use": "tool_use",
  refusal: "refusal",
  "context-window": "model_context_window_exceeded"
}

/**
 * Why the message ended: `tool_use` if and only if it has a call, whatever the backend said.
 *
 * @see wire contract, section 3
 */
export const stopReason = (
  event: Finished,
  called: boolean
): Pick<AnthropicMessage, "stop_reason" | "stop_sequence"> => {
  if (called) return { stop_reason: "tool_use", stop_sequence: null }
  if (event.reason === "tool-use") return { stop_reason: "end_turn", stop_sequence: null }
  return {
    stop_reason: reasons[event.reason],
    stop_sequence: event.reason === "stop-sequence" ? (event.stopSequence ?? null) : null
  }
}
