/** Decides from what became of requests whether a backend gets more of them. Pure; one value a backend. */

/** Different requests that must fail in a row, and failures of any; one request that cannot be answered breaks nothing. */
const leastRequests = 2
const leastFailures = 3
/** First and longest pause before a backend is tried again, milliseconds. */
const firstPauseMs = 1000
const longestPauseMs = 30_000

/** What is remembered of a backend's failures. */
export interface Breaker {
  /** Failures in a row. */
  readonly failures: number
  /** Which requests failed, each once. */
  readonly requests: ReadonlyArray<string>
  /** Time from which on it may be tried again; undefined while it is closed. */
  readonly openUntil: number | undefined
  readonly pauseMs: number
}

/** A request that failed. */
export interface BreakerFailure {
  /** What tells the request from others; the same one that is sent again is the same. */
  readonly request: string
  /** Nobody was there to hear it. */
  readonly gone: boolean
}

/** Nothing is wrong. */
export const closedBreaker: Breaker = { failures: 0, requests: [], openUntil: undefined, pauseMs: firstPauseMs }

/** A backend that is gone gets no more at once; one that fails does after several failures of several requests. */
export const afterFailure = (breaker: Breaker, { request, gone }: BreakerFailure, now: number): Breaker => {
  const requests = breaker.requests.includes(request) ? breaker.requests : [...breaker.requests, request]
  const failures = breaker.failures + 1
  const wasOpen = breaker.openUntil !== undefined
  if (!gone && !wasOpen && (failures < leastFailures || requests.length < leastRequests))
    return { ...breaker, failures, requests }
  const pauseMs = wasOpen ? Math.min(longestPauseMs, breaker.pauseMs * 2) : firstPauseMs
  return { failures, requests: requests.slice(-leastRequests), openUntil: now + pauseMs, pauseMs }
}

/** `trial`: its pause is over, and one request may find out. */
export const breakerState = ({ openUntil }: Breaker, now: number): "closed" | "open" | "trial" =>
  openUntil === undefined ? "closed" : now < openUntil ? "open" : "trial"
