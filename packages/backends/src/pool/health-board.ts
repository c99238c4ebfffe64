/** What several programs that ask the same backends know of them together. */
export interface HealthBoard {
  /** Tells that a backend gets no requests for so many milliseconds; 0 takes that back. */
  readonly tell: (backend: string, restMs: number) => void
  /** Milliseconds for which others give it none. */
  readonly rest: (backend: string) => number
}

/** One program by itself. */
export const ownBoard: HealthBoard = { tell: () => undefined, rest: () => 0 }
