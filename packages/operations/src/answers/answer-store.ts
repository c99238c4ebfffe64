import type { Effect } from "effect"

/** Keeps answers by what was asked. It is never in the way: what cannot be read or written is as if it were not there. */
export interface AnswerStore {
  readonly get: (key: string) => Effect.Effect<string | undefined>
  readonly set: (key: string, text: string) => Effect.Effect<void>
}

/** For how long and how much is kept. */
export interface AnswerBounds {
  /** Milliseconds. */
  readonly lifetimeMs: number
  /** Bytes of all answers together; those that were not asked for longest go first. */
  readonly bytes: number
}

/** The part of all bytes that one answer may take. */
export const largestPart = 0.25
