import type { BackendError } from "@pensieve/errors"
import { Effect, Exit, Cause, Latch, Option, type Scope, Semaphore } from "effect"
import type { BackendStatus } from "../backend.ts"

/** First and longest pause between two looks at a server that is not there, milliseconds. */
const firstPauseMs = 250
const longestPauseMs = 5_000
/** Whoever asks how a server is gets an answer of this age at most, milliseconds. */
const statusAgeMs = 10_000
const statusPatience = "2 seconds"

/** What is known of a server, and whether it is there. */
export interface WatchedUpstream<A> {
  readonly status: Effect.Effect<BackendStatus>
  /** What the server said of itself; looks anew while it is not there, so that a request finds one that has just come. */
  readonly found: Effect.Effect<A, BackendError>
  /** Looks anew now. */
  readonly refresh: Effect.Effect<A, BackendError>
  /** A request found the server gone. */
  readonly lose: (error: BackendError) => Effect.Effect<void>
  /** The last that is known, without looking. */
  readonly known: () => A | undefined
}

type State<A> =
  | { readonly status: "starting" }
  | { readonly status: "found"; readonly value: A }
  | { readonly status: "missing"; readonly error: BackendError }

/** Keeps an eye on a server: looks at start, and while it is not there again and again, with growing pauses. */
export const watchUpstream = <A>(
  look: Effect.Effect<A, BackendError>,
  onFound: (value: A) => Effect.Effect<void>
): Effect.Effect<WatchedUpstream<A>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const turn = yield* Semaphore.make(1)
    const missing = yield* Latch.make(true)
    let state: State<A> = { status: "starting" }
    let beganAt = Number.NEGATIVE_INFINITY
    let lookedAt = Number.NEGATIVE_INFINITY
    const age = () => performance.now() - lookedAt

    const lose = (error: BackendError): Effect.Effect<void> =>
      Effect.suspend(() => {
        const before = state
        state = { status: "missing", error }
        return Effect.andThen(
          missing.open,
          before.status === "missing" && before.error.message === error.message
            ? Effect.void
            : Effect.logWarning("upstream not ready").pipe(Effect.annotateLogs({ why: error.message }))
        )
      })

    const refresh: Effect.Effect<A, BackendError> = Effect.gen(function* () {
      beganAt = performance.now()
      const exit = yield* Effect.exit(look)
      lookedAt = performance.now()
      if (Exit.isFailure(exit)) {
        const error = Cause.findErrorOption(exit.cause)
        // A server that is busy may be slow to answer; only one that is gone for certain is missing.
        const busy = state.status === "found" && Option.isSome(error) && error.value._tag === "BackendTimeout"
        if (Option.isSome(error) && !busy) yield* lose(error.value)
        return yield* exit
      }
      const before = state.status
      state = { status: "found", value: exit.value }
      yield* missing.close
      if (before !== "found") yield* onFound(exit.value)
      return exit.value
    })

    const found: Effect.Effect<A, BackendError> = Effect.suspend(() => {
      if (state.status === "found") return Effect.succeed(state.value)
      const cameAt = performance.now()
      return turn.withPermits(1)(
        Effect.suspend(() => {
          if (state.status === "found") return Effect.succeed(state.value)
          // A look that began while this one waited counts for it as well.
          return state.status === "missing" && beganAt > cameAt ? Effect.fail(state.error) : refresh
        })
      )
    })

    const keepLooking = Effect.gen(function* () {
      let pauseMs = firstPauseMs
      while (true) {
        yield* missing.await
        const exit = yield* Effect.exit(found)
        if (Exit.isSuccess(exit)) {
          pauseMs = firstPauseMs
          continue
        }
        yield* Effect.sleep(pauseMs)
        pauseMs = Math.min(longestPauseMs, pauseMs * 2)
      }
    })
    yield* Effect.forkScoped(keepLooking)

    const status = Effect.gen(function* () {
      if (state.status === "found" && age() > statusAgeMs)
        yield* Effect.ignore(Effect.timeoutOption(turn.withPermits(1)(refresh), statusPatience))
      return statusOf(state)
    })

    return { status, found, refresh: turn.withPermits(1)(refresh), lose, known: () => valueOf(state) }
  })

const valueOf = <A>(state: State<A>): A | undefined => (state.status === "found" ? state.value : undefined)

/** A server that is loading says so with an error of its own. */
const statusOf = <A>(state: State<A>): BackendStatus => {
  switch (state.status) {
    case "found":
      return { status: "ready" }
    case "starting":
      return { status: "starting", message: "The upstream server is being looked for." }
    case "missing":
      return { status: state.error._tag === "Overloaded" ? "starting" : "failed", message: state.error.message }
  }
}
