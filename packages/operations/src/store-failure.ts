import { InternalError } from "@pensieve/errors"
import { Effect } from "effect"
import type { PlatformError } from "effect/PlatformError"

/** A disk that refused, told to the client without paths: what could not be done, and the kind of refusal. The log has the rest. */
export const storeFailure =
  (what: string) =>
  (error: PlatformError): Effect.Effect<never, InternalError> =>
    Effect.andThen(
      Effect.logError("the state folder refused").pipe(Effect.annotateLogs({ what, cause: error.message })),
      Effect.fail(
        new InternalError({ message: `${what}: the disk refused (${error.reason._tag}). Is it full, or read-only?` })
      )
    )
