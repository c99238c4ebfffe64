import type { BridgeGenerate, BridgeModel, Conversation, ReasoningRequest } from "@pensieve/models"
import type { ReasoningMarkers } from "@pensieve/families"

/** The model, as far as its thinking goes. */
interface Thinker {
  readonly card: Pick<BridgeModel, "template">
  readonly reasoning: ReasoningMarkers | null
}

type Effort = NonNullable<ReasoningRequest["effort"]>

/** How many tokens of thinking an effort is worth; without a number, as many as the model likes. */
const effortBudgets: Readonly<Record<Effort, number | null>> = {
  none: 0,
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: null,
  xhigh: null,
  max: null
}

/** The three words that templates know. @see gpt-oss' template, `reasoning_effort` */
const effortWords: Readonly<Record<Effort, "low" | "medium" | "high">> = {
  none: "low",
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high"
}

/** Thinking may use this part of what the answer may be long, so that an answer comes. */
const largestShare = 0.75

/** Whether the request wants no thinking at all. */
export const isOff = ({ mode, effort }: ReasoningRequest): boolean =>
  mode === "off" || (mode === "auto" && effort === "none")

/** The options that switch and measure thinking in the model's own template; nothing where it has none. */
export const reasoningOptions = (
  { reasoning, maxTokens }: Conversation,
  { card }: Thinker
): Readonly<Record<string, string | number | boolean>> => {
  const { thinkingOption, text } = card.template
  const off = isOff(reasoning)
  const budget = budgetOf(reasoning, maxTokens)
  return {
    ...(thinkingOption === null ? {} : { [thinkingOption]: !off }),
    ...(text?.includes("reasoning_effort") === true && (off || reasoning.effort !== undefined)
      ? { reasoning_effort: off ? "low" : effortWords[reasoning.effort ?? "medium"] }
      : {}),
    ...(text?.includes("thinking_budget") === true && budget !== null ? { thinking_budget: budget } : {})
  }
}

/** Whether the prompt ends inside open reasoning. */
export const opensReasoning = ({ reasoning }: Conversation, { card }: Thinker): boolean =>
  card.template.opensReasoning && !(isOff(reasoning) && card.template.thinkingOption !== null)

/**
 * The budget that the engine holds the model to: what the client says, else what its effort is worth, and never so much
 * that no answer fits. A model that cannot be told not to think gets a budget of nothing. Without a bound the engine is
 * told how the model writes its thinking all the same: a grammar's triggers must not count inside it.
 */
export const reasoningBudget = (
  { reasoning, maxTokens }: Conversation,
  model: Thinker
): BridgeGenerate["reasoning"] | undefined => {
  if (model.reasoning === null) return undefined
  const switchedOff = isOff(reasoning) && model.card.template.thinkingOption !== null
  return { ...model.reasoning, budget: switchedOff ? null : budgetOf(reasoning, maxTokens) }
}

const budgetOf = (reasoning: ReasoningRequest, maxTokens: number | undefined): number | null => {
  if (isOff(reasoning)) return 0
  const asked = reasoning.budgetTokens ?? (reasoning.effort === undefined ? null : effortBudgets[reasoning.effort])
  const share = maxTokens === undefined ? null : Math.floor(maxTokens * largestShare)
  const bounds = [asked, share].filter((bound) => bound !== null)
  return bounds.length === 0 ? null : Math.min(...bounds)
}
