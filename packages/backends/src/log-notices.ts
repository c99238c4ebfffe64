import type { Notice } from "@pensieve/models"
import { Effect } from "effect"

/** Logs what a backend changed of a request; what it could not hold the model to is worth more attention than the rest. */
export const logNotices = (notices: ReadonlyArray<Notice>): Effect.Effect<void> =>
  Effect.forEach(
    notices,
    ({ code, message, field }) =>
      (code.endsWith("-not-enforced") ? Effect.logInfo : Effect.logDebug)("notice").pipe(
        Effect.annotateLogs({ code, message, field: field ?? "" })
      ),
    { discard: true }
  )
