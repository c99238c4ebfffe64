import { Deferred, Effect, Option, type Scope, Stream } from "effect"
import type { Backend } from "./backend.ts"

/**
 * A backend that is still to be made: whoever asks it waits until it is.
 *
 * @param make runs at once, for as long as the scope lives
 */
export const laterBackend = (
  name: string,
  model: string,
  make: Effect.Effect<Backend["Service"], never, Scope.Scope>
): Effect.Effect<Backend["Service"], never, Scope.Scope> =>
  Effect.gen(function* () {
    const made = yield* Deferred.make<Backend["Service"]>()
    yield* Effect.forkScoped(Effect.flatMap(make, (backend) => Deferred.succeed(made, backend)))
    const backend = Deferred.await(made)
    return {
      name,
      model,
      status: Effect.flatMap(Deferred.poll(made), (polled) =>
        Option.isSome(polled)
          ? Effect.flatMap(polled.value, ({ status }) => status)
          : Effect.succeed({ status: "starting" as const, message: "The one before it is still at work." })
      ),
      capabilities: Effect.flatMap(backend, ({ capabilities }) => capabilities),
      countTokens: (conversation) => Effect.flatMap(backend, ({ countTokens }) => countTokens(conversation)),
      generate: (conversation) => Stream.unwrap(Effect.map(backend, ({ generate }) => generate(conversation)))
    }
  })
