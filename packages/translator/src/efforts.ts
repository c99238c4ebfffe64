import type { ReasoningRequest } from "@pensieve/models"

export type Effort = NonNullable<ReasoningRequest["effort"]>

const efforts: ReadonlyMap<unknown, Effort> = new Map(
  (["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const).map((effort) => [effort, effort])
)

/** How much thinking a value asks for, or undefined if it is no effort that is known. */
export const effortOf = (value: unknown): Effort | undefined => efforts.get(value)
