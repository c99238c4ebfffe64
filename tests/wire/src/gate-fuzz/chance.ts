/** Chance that can be had again by its seed. */
export interface Chance {
  /** From 0 up to below 1. */
  readonly next: () => number
  /** A whole number from 0 up to below `limit`. */
  readonly below: (limit: number) => number
  readonly one: <A>(choices: readonly [A, ...ReadonlyArray<A>]) => A
}

/** Mulberry32: 32 bits of state, fast, even enough. */
export const chanceOf = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { next, below, one: (choices) => choices[below(choices.length)] ?? choices[0] }
}
