import { Effect } from "effect"

/** Pauses before the second and the third attempt, milliseconds: together less than a client waits for a status. */
const pausesMs = [100, 300]
/** A server that asks for a longer pause than this is not asked again: the client is told how long to wait. */
const longestWaitSeconds = 2

/** Whether it is any use to try again, and how long the server asks to wait. */
export interface RetryAdvice {
  readonly again: boolean
  readonly waitSeconds?: number
}

/**
 * Tries again what failed before anything of an answer came, twice at most. Nothing is remembered: the next request starts
 * anew, whatever became of this one.
 */
export const withRetries = <A, E, R>(
  attempt: Effect.Effect<A, E, R>,
  advise: (error: E) => RetryAdvice
): Effect.Effect<A, E, R> => attemptFrom(attempt, advise, 0)

const attemptFrom = <A, E, R>(
  attempt: Effect.Effect<A, E, R>,
  advise: (error: E) => RetryAdvice,
  done: number
): Effect.Effect<A, E, R> =>
  Effect.catch(attempt, (error) => {
    const { again, waitSeconds = 0 } = advise(error)
    const pauseMs = pausesMs[done]
    if (!again || pauseMs === undefined || waitSeconds > longestWaitSeconds) return Effect.fail(error)
    return Effect.andThen(Effect.sleep(Math.max(pauseMs, waitSeconds * 1000)), attemptFrom(attempt, advise, done + 1))
  })
