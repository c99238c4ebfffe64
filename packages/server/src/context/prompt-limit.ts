import type { Conversation, RequestClass } from "@pensieve/models"

/** How windows are dealt with. */
export interface ContextPolicy {
  /** Tokens that an agent's prompt leaves free, so that its conversation can still be summed up; unless told, a sixth of the window, 8000 at most. */
  readonly reserveTokens?: number
  /** Tokens of the window that clients believe in. */
  readonly scaleWindowTo?: number
}

/** What a request is judged by. */
type Judged = Pick<Conversation, "hints" | "tools">

const largestReserve = 8000
const partOfWindow = 1 / 6
/** Part of the reserve that is for the summary itself; the rest is for the instruction. */
const partForSummary = 1 / 2

/** Those whose client sums up the conversation when it hears that it is too long. */
const summedUp: ReadonlySet<RequestClass> = new Set(["main", "subagent"])

/** Whether a request is the one that sums a conversation up. */
export const sumsUp = ({ hints }: Judged): boolean => hints.requestClass === "compaction"

/**
 * Tokens that a prompt may have. What sums a conversation up is the same conversation and an instruction behind it: it fits because all
 * requests before it had to leave room for it and for the summary.
 *
 * @see traffic notes: Claude Code's instruction has 6.4 kB
 */
export const promptLimit = (
  judged: Judged,
  window: number,
  { reserveTokens = Math.min(largestReserve, Math.floor(window * partOfWindow)) }: ContextPolicy
): number => {
  if (sumsUp(judged)) return Math.max(1, window - Math.floor(reserveTokens * partForSummary))
  const { hints, tools } = judged
  return summedUp.has(hints.requestClass) && tools.length > 0 ? Math.max(1, window - reserveTokens) : window
}
