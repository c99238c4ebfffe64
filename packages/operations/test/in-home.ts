import { NodeServices } from "@effect/platform-node"
import { Home } from "@pensieve/operations"
import { Effect, FileSystem, type Layer } from "effect"

type Services = Layer.Success<typeof NodeServices.layer>

/** Runs a test with a state folder of its own, which goes with it. */
export const inHome = <A, E>(test: (root: string) => Effect.Effect<A, E, Home | Services>): Effect.Effect<A, unknown> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const root = yield* fs.makeTempDirectoryScoped()
    return yield* test(root).pipe(Effect.provide(Home.layer({ PENSIEVE_HOME: root })))
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
