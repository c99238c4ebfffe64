import { InternalError, type PensieveError } from "@pensieve/errors"
import type { GenerationEvent } from "@pensieve/models"
import { Cause, Effect, Option } from "effect"

/** What a client is told of a fault of this program. */
const ownFault = new InternalError({ message: "Something went wrong inside Pensieve. See its log." })

/** What went wrong, as a client may be told it. A fault of this program is logged, and told without its details. */
export const tellable = (cause: Cause.Cause<PensieveError>, requestId: string): Effect.Effect<PensieveError> => {
  const failure = Cause.findErrorOption(cause)
  if (Option.isSome(failure)) return Effect.succeed(failure.value)
  return Effect.as(
    Effect.logError("a request ended by a fault of this program").pipe(
      Effect.annotateLogs({ request: requestId, cause: Cause.pretty(cause) })
    ),
    ownFault
  )
}

/** The last event of an answer that broke off, so that it can be told inside the answer. */
export const failureEvent = (cause: Cause.Cause<PensieveError>, requestId: string): Effect.Effect<GenerationEvent> =>
  Effect.map(tellable(cause, requestId), (error): GenerationEvent => ({ type: "failed", error }))
