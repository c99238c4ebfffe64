import type { GenerationEvent } from "@pensieve/models"
import { type Duration, Effect, Fiber, Option, Stream } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"

const heartbeat: NonEmptyReadonlyArray<GenerationEvent> = [{ type: "heartbeat" }]

/**
 * Adds a `heartbeat` event whenever the stream has been silent for `idle`.
 *
 * The pull that is waited for goes on undisturbed: a heartbeat neither restarts nor cancels work. Ending the consumer ends the pull.
 */
export const withHeartbeat =
  (idle: Duration.Input) =>
  <E, R>(events: Stream.Stream<GenerationEvent, E, R>): Stream.Stream<GenerationEvent, E, R> =>
    Stream.transformPull(events, (pull, scope) =>
      Effect.sync(() => {
        const start = Effect.forkIn(pull, scope)
        let pending: Effect.Success<typeof start> | undefined
        return Effect.gen(function* () {
          const fiber = pending ?? (pending = yield* start)
          const exit = yield* Effect.timeoutOption(Fiber.await(fiber), idle)
          if (Option.isNone(exit)) return heartbeat
          pending = undefined
          return yield* exit.value
        })
      })
    )
