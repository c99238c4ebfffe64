import { Effect, type Scope } from "effect"
import type { RedisClient } from "./make-client.ts"

/** A server that does not answer within this time is done without, milliseconds. */
const patienceMs = 250
/** A connection to a Redis or Valkey server, which may come and go: nobody waits for it. */
export interface RedisLink {
  /** What a command gives; undefined where the server is not there, or takes too long. */
  readonly ask: <A>(command: (client: RedisClient) => Promise<A>) => Effect.Effect<A | undefined>
}

/** Connects in the background, and again whenever the connection is lost, until the scope ends. */
export const redisLink = (url: string): Effect.Effect<RedisLink, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { makeClient } = yield* Effect.promise(() => import("./make-client.ts"))
    const runFork = Effect.runForkWith(yield* Effect.context())
    let isTold = false
    const client = yield* Effect.acquireRelease(
      Effect.sync(() => makeClient(url)),
      (opened) => Effect.sync(() => opened.destroy())
    )
    client.on("ready", () => {
      isTold = false
      runFork(Effect.logInfo("redis is there"))
    })
    client.on("error", (cause: unknown) => {
      if (isTold) return
      isTold = true
      const why = cause instanceof Error ? cause.message || cause.name : String(cause)
      runFork(Effect.annotateLogs(Effect.logWarning("redis is not there; going on without it"), { why }))
    })
    // Failures are told by the event; the client tries again by itself.
    yield* Effect.forkScoped(Effect.ignore(Effect.tryPromise(() => client.connect())))
    return {
      ask: (command) =>
        Effect.suspend(() =>
          client.isReady ? Effect.tryPromise(() => command(client)) : Effect.succeed(undefined)
        ).pipe(
          Effect.timeout(patienceMs),
          Effect.catch(() => Effect.succeed(undefined))
        )
    }
  })
