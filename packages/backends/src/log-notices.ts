import type { Notice } from "@pensieve/models"
import { Effect, Metric } from "effect"

/** How often something was mended, refused or ended early, by the code of its notice. */
export const mendings = Metric.counter("pensieve_mendings_total", {
  description: "Calls mended or refused and answers ended early, by rule.",
  incremental: true
})

/** What was done to a model's answer, rather than to the request. */
const isMending = (code: string): boolean => /^(repair|call|answer)-/.test(code)

/** Logs what a backend changed; what it could not hold the model to, and what it mended, is worth more attention than the rest. */
export const logNotices = (notices: ReadonlyArray<Notice>): Effect.Effect<void> =>
  notices.length === 0
    ? Effect.void
    : Effect.forEach(
        notices,
        ({ code, message, field }) => {
          const mended = isMending(code)
          const log = mended || code.endsWith("-not-enforced") ? Effect.logInfo : Effect.logDebug
          return Effect.andThen(
            mended ? Metric.update(Metric.withAttributes(mendings, { rule: code }), 1) : Effect.void,
            log("notice").pipe(Effect.annotateLogs({ code, message, field: field ?? "" }))
          )
        },
        { discard: true }
      )
