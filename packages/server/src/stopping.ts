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
    readonly begin: Effect.Effect<void>
  }
>()("@pensieve/server/Stopping") {
  static readonly layer = Layer.effect(
    Stopping,
    Effect.map(Deferred.make<never, BackendUnavailable>(), (deferred) =>
      Stopping.of({
        begun: Deferred.isDone(deferred),
        signal: Deferred.await(deferred),
        begin: Effect.asVoid(Deferred.fail(deferred, stopped))
      })
    )
  )
}

const stopped = new BackendUnavailable({ message: "Pensieve is being stopped. Start it and ask again." })
