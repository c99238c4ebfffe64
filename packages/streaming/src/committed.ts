import type { GenerationEvent } from "@pensieve/models"
import { Effect, type Scope, Stream } from "effect"
import { Pull } from "effect"

/**
 * Starts a stream and waits for its first events, so that a failure before them can still become an HTTP status.
 * The returned stream is the whole answer, first events included; it lives as long as the scope.
 */
export const committed = <E, R>(
  events: Stream.Stream<GenerationEvent, E, R>
): Effect.Effect<Stream.Stream<GenerationEvent, E, R>, E, R | Scope.Scope> =>
  Effect.gen(function* () {
    const pull = yield* Stream.toPull(events)
    const first = yield* Pull.catchDone(pull, () => Effect.succeed([]))
    return Stream.concat(Stream.fromArray(first), Stream.fromPull(Effect.succeed(pull)))
  })
