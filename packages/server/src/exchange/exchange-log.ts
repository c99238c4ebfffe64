import type { PensieveError } from "@pensieve/errors"
import type { Notice } from "@pensieve/models"
import { Cause, Effect, Exit, Option } from "effect"
import type { Tally } from "./tally.ts"

/** What the log says of an exchange. */
export interface LoggedExchange {
  readonly requestId: string
  readonly dialect: string
  readonly asked: Asked
  /** Where it went, and why; absent where there was nothing to choose. */
  readonly route?: string
}

/** What the log says of a request. */
export interface Asked {
  readonly model: string
  readonly hints: { readonly requestClass: string }
  readonly notices: ReadonlyArray<Notice>
}

/** How an exchange ended, in a word or two. */
export const outcomeOf = (exit: Exit.Exit<unknown, PensieveError>, reason: string | undefined): string => {
  if (Exit.isSuccess(exit)) return reason ?? "finished"
  const failure = Cause.findErrorOption(exit.cause)
  if (Option.isSome(failure)) return failure.value._tag
  return Cause.hasInterrupts(exit.cause) ? "client went away" : "fault"
}

/** One log line an exchange: numbers and names, never content. */
export const logExchange = (
  { requestId, dialect, asked, route }: LoggedExchange,
  tally: Tally,
  exit: Exit.Exit<unknown, PensieveError>
): Effect.Effect<void> => {
  const { usage, reason, firstMs, totalMs } = tally.summary()
  const notices = [...asked.notices, ...tally.notices()]
  const failure = Exit.isFailure(exit) ? Cause.findErrorOption(exit.cause) : Option.none()
  const log = Option.isSome(failure) && isOurFault(failure.value) ? Effect.logError : Effect.logInfo
  return log("answer").pipe(
    Effect.annotateLogs({
      request: requestId,
      dialect,
      class: asked.hints.requestClass,
      model: asked.model,
      ...(route === undefined ? {} : { route }),
      outcome: outcomeOf(exit, reason),
      ...(Option.isSome(failure) ? { why: failure.value.message } : {}),
      ...(usage === undefined
        ? {}
        : { input: usage.inputTokens, cached: usage.cacheReadTokens, output: usage.outputTokens }),
      ...(firstMs === undefined ? {} : { firstMs: Math.round(firstMs) }),
      totalMs: Math.round(totalMs),
      ...(notices.length === 0 ? {} : { notices: notices.map((notice) => notice.code).join(",") })
    })
  )
}

const isOurFault = (error: PensieveError): boolean =>
  error._tag === "InternalError" ||
  error._tag === "BackendFailed" ||
  error._tag === "BackendUnavailable" ||
  error._tag === "UpstreamFailed" ||
  error._tag === "BackendTimeout"
