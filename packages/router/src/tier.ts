import type { Tier } from "./rules.ts"

const tiers: ReadonlyArray<Tier> = ["opus", "sonnet", "haiku", "fable"]

/** The tier a model's name speaks of, as `haiku` in `claude-haiku-4-5-20251001`. */
export const tierOf = (model: string): Tier | undefined => {
  const words = model.toLowerCase().split(/[^a-z]+/)
  return tiers.find((tier) => words.includes(tier))
}
