import type { SetupRefused, StateFolderFailed } from "@pensieve/errors"
import { Home } from "@pensieve/operations"
import { Console, Effect } from "effect"
import type { PlatformError } from "effect/PlatformError"
import type { CommandFailure } from "./command-failure.ts"

/** What a verb can fail with; each has a message for the user. */
type Failure = CommandFailure | SetupRefused | StateFolderFailed | PlatformError

/** Runs a verb in the user's state folder. A failure is told in a line, and becomes the exit code. */
export const verb = <A, E extends Failure, R>(work: Effect.Effect<A, E, R>) =>
  work.pipe(
    Effect.scoped,
    Effect.provide(Home.layer(process.env)),
    Effect.catch((failure: Failure) =>
      Effect.andThen(
        Console.error(`pensieve: ${failure.message}`),
        Effect.sync((): never => process.exit("exitCode" in failure ? failure.exitCode : 1))
      )
    )
  )
