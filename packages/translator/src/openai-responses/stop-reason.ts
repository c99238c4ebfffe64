import type { FinishReason, ResponsesResponse } from "@pensieve/models"

type End = Pick<ResponsesResponse, "incomplete_details"> & { readonly status: "completed" | "incomplete" }

const whole: End = { status: "completed", incomplete_details: null }
const full: End = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }

const ends: Readonly<Record<FinishReason, End>> = {
  "end-turn": whole,
  "stop-sequence": whole,
  "tool-use": whole,
  "max-tokens": full,
  "context-window": full,
  refusal: { status: "incomplete", incomplete_details: { reason: "content_filter" } }
}

/**
 * How the response ended. Calls are no reason of their own: they are items of a completed response.
 *
 * @see wire contract, section 8
 */
export const stopReason = (reason: FinishReason): End => ends[reason]
