import type { FinishReason, Json, JsonObject, Usage } from "@pensieve/models"
import { filledIn, objectIn } from "../read-json.ts"

/** The names a call goes by, which an upstream may have left out. */
export const callNames = (
  block: JsonObject
): { readonly id: string | undefined; readonly name: string | undefined } => ({
  id: filledIn(block.id),
  name: filledIn(block.name)
})

/** The field where it is a count, else what was known before. */
const countOr = (value: Json | undefined, before: number): number =>
  typeof value === "number" && value >= 0 ? Math.floor(value) : before

/**
 * Counts of an event over those known before: cumulative, and null or absent where nothing changed.
 *
 * @see wire contract, section 4, usage accounting
 */
export const readUsage = (value: Json | undefined, before: Usage): Usage => {
  const usage = objectIn(value)
  return {
    inputTokens: countOr(usage.input_tokens, before.inputTokens),
    cacheReadTokens: countOr(usage.cache_read_input_tokens, before.cacheReadTokens),
    cacheCreationTokens: countOr(usage.cache_creation_input_tokens, before.cacheCreationTokens),
    outputTokens: countOr(usage.output_tokens, before.outputTokens),
    reasoningTokens: countOr(objectIn(usage.output_tokens_details).thinking_tokens, before.reasoningTokens)
  }
}

/** How an upstream says it ended. */
export interface Stop {
  readonly reason: FinishReason
  readonly stopSequence?: string
}

/** `pause_turn` and `compaction` leave an answer half done; to a client that cannot go on with it a bound was reached. */
const reasons: Readonly<Record<string, FinishReason>> = {
  max_tokens: "max-tokens",
  pause_turn: "max-tokens",
  compaction: "max-tokens",
  stop_sequence: "stop-sequence",
  tool_use: "tool-use",
  refusal: "refusal",
  model_context_window_exceeded: "context-window"
}

/**
 * The end that a message or a `message_delta` names, or undefined. A reason that is not known is an end of turn.
 *
 * @see wire contract, section 3, `stop_reason`
 */
export const readStop = (message: JsonObject): Stop | undefined => {
  const said = filledIn(message.stop_reason)
  if (said === undefined) return undefined
  const reason = reasons[said] ?? "end-turn"
  const stopSequence = filledIn(message.stop_sequence)
  return reason === "stop-sequence" && stopSequence !== undefined ? { reason, stopSequence } : { reason }
}
