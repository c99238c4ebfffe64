import type {
  AnthropicSentMessage,
  AnthropicSentRequest,
  AnthropicSentThinking,
  Conversation,
  ReasoningRequest
} from "@pensieve/models"
import type { Effort } from "../efforts.ts"
import { note, type Notices } from "../notices.ts"
import type { RequestOptions } from "./request-options.ts"

/** What is asked for: thinking, and an effort for it. */
export interface EncodedThinking {
  readonly thinking?: AnthropicSentThinking
  readonly effort?: NonNullable<AnthropicSentRequest["output_config"]>["effort"]
}

/** The least budget the API takes, in tokens. */
const leastBudget = 1024

/** Tokens an effort is worth where thinking has a budget. */
const budgets: Readonly<Record<Exclude<Effort, "none">, number>> = {
  minimal: leastBudget,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_000
}

const isForced = ({ toolChoice }: Conversation): boolean => toolChoice.type === "any" || toolChoice.type === "tool"

/** Whether calls wait for their results to be thought about, and the thought before them is gone. */
const lacksThought = (messages: ReadonlyArray<AnthropicSentMessage>): boolean => {
  const last = messages.findLast((message) => message.role === "assistant")
  const first = last?.content[0]?.type
  const called = last?.content.some((block) => block.type === "tool_use") ?? false
  return called && first !== "thinking" && first !== "redacted_thinking"
}

const displayOf = ({ display }: ReasoningRequest): "summarized" | "omitted" =>
  display === "omitted" ? "omitted" : "summarized"

const withBudget = (
  { reasoning }: Conversation,
  maxTokens: number,
  messages: ReadonlyArray<AnthropicSentMessage>,
  notices: Notices
): EncodedThinking => {
  const effort = reasoning.effort === undefined || reasoning.effort === "none" ? "medium" : reasoning.effort
  const budget = Math.min(reasoning.budgetTokens ?? budgets[effort], maxTokens - 1)
  if (budget < leastBudget) {
    note(notices, "thinking-not-sent", `A thinking budget of ${budget} tokens is below the least one, 1024.`, [
      "reasoning"
    ])
    return {}
  }
  if (lacksThought(messages)) {
    note(notices, "thinking-not-sent", "The thought before the last calls is not known, so none can follow them.", [
      "reasoning"
    ])
    return {}
  }
  return { thinking: { type: "enabled", budget_tokens: budget, display: displayOf(reasoning) } }
}

const adaptive = (reasoning: ReasoningRequest, notices: Notices): EncodedThinking => {
  const { effort } = reasoning
  if (effort === undefined && reasoning.budgetTokens !== undefined) {
    note(notices, "thinking-budget-not-sent", "The model decides how much it thinks; it takes no budget.", [
      "reasoning"
    ])
  }
  const known = effort === "minimal" ? "low" : effort === "none" ? undefined : effort
  return {
    thinking: { type: "adaptive", display: displayOf(reasoning) },
    ...(known === undefined ? {} : { effort: known })
  }
}

/**
 * How much the model shall think. What nobody asked for is left to it.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/extended-thinking
 */
export const encodeThinking = (
  conversation: Conversation,
  options: RequestOptions,
  maxTokens: number,
  messages: ReadonlyArray<AnthropicSentMessage>,
  notices: Notices
): EncodedThinking => {
  const { reasoning } = conversation
  if (reasoning.mode === "off") return options.thinking === "none" ? {} : { thinking: { type: "disabled" } }
  if (reasoning.effort === undefined && reasoning.mode === "auto") return {}
  if (options.thinking === "none") {
    note(notices, "thinking-not-sent", "The model does not think.", ["reasoning"])
    return {}
  }
  if (isForced(conversation)) {
    note(notices, "thinking-not-sent", "A model that must call a tool cannot think before.", ["reasoning"])
    return {}
  }
  return options.thinking === "adaptive"
    ? adaptive(reasoning, notices)
    : withBudget(conversation, maxTokens, messages, notices)
}
