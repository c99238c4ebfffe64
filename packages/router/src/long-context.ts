import type { RoutingFacts } from "./facts.ts"

/** Part of the threshold by which a conversation must pass it before it changes its model: a change costs the whole prefix cache. */
const margin = 0.1

/** Part of the threshold within which an estimate of the prompt's tokens is not good enough. */
const doubt = 0.25

/** Whether the tokens must be counted exactly before `decide` is asked. */
export const needsExactCount = (promptTokens: number, threshold: number): boolean =>
  Math.abs(promptTokens - threshold) <= threshold * doubt

/**
 * Whether a prompt is for the long-context model.
 *
 * A conversation that has a model keeps it until the prompt is clearly on the other side of the threshold, or no longer fits.
 */
export const crossesThreshold = (
  { promptTokens, previous }: RoutingFacts,
  threshold: number
): { readonly crosses: boolean; readonly why: string } => {
  const tokens = `the prompt has ${promptTokens} tokens`
  const over = promptTokens >= threshold
  const near = Math.abs(promptTokens - threshold) <= threshold * margin
  if (previous === undefined || !near)
    return { crosses: over, why: `${tokens}, ${over ? "not less" : "less"} than ${threshold}` }
  const wasLong = previous.rule === "longContext"
  if (!wasLong && previous.window !== undefined && promptTokens >= previous.window)
    return { crosses: true, why: `${tokens}, more than fit the model that the conversation had` }
  return {
    crosses: wasLong,
    why: `${tokens}, near ${threshold}: the conversation stays with the model it has`
  }
}
