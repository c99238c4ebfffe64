import { Clock, Effect } from "effect"

/** A clock (milliseconds since 1970) that never shows the same time twice, so that what it dates has an order. */
export const makeRisingClock = (): Effect.Effect<number> => {
  let last = Number.NEGATIVE_INFINITY
  return Effect.map(Clock.currentTimeMillis, (now) => (last = Math.max(now, last + 1)))
}
