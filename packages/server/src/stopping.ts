import { BackendUnavailable } from "@pensieve/errors"
import { Context, Deferred, Effect, Layer } from "effect"

/** The end of the program, told to answers under way: each ends as its dialect ends an answer that broke off, and then its connection closes. */
export class Stopping extends Context.Service<
  Stopping,
  {
    /** Whether the end has begun. */
    readonly begun: Effect.Effect<boolean>
    /** Fails when the end begins, with what a client is told. */
    readonly signal: Effect.Effect<never, BackendUnavailable>
    /** Calls back when the end begins, with the same; gives back what forgets that. */
    readonly listen: (told: (why: BackendUnavailable) => void) => () => void
    readonly begin: Effect.Effect<void>
  }
>()("@pensieve/server/Stopping") {
  static readonly layer = Layer.effect(
    Stopping,
    Effect.map(Deferred.make<never, BackendUnavailable>(), (deferred) => {
      const listeners = new Set<(why: BackendUnavailable) => void>()
      return Stopping.of({
        begun: Deferred.isDone(deferred),
        signal: Deferred.await(deferred),
        listen: (told) => {
          if (Deferred.isDoneUnsafe(deferred)) told(stopped)
          else listeners.add(told)
          return () => listeners.delete(told)
        },
        begin: Effect.andThen(
          Deferred.fail(deferred, stopped),
          Effect.sync(() => {
            for (const told of listeners) told(stopped)
          })
        )
      })
    })
  )
}

const stopped = new BackendUnavailable({ message: "Pensieve is being stopped. Start it and ask again." })
