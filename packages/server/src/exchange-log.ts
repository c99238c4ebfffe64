import type { PensieveError } from "@pensieve/errors"
import type { GenerationEvent, Notice, Usage } from "@pensieve/models"
import { Cause, Effect, Exit, Option } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"

/** What is counted while an answer goes by. */
export interface Tally {
  readonly watch: (batch: NonEmptyReadonlyArray<GenerationEvent>) => NonEmptyReadonlyArray<GenerationEvent>
  /** What the backend changed or cannot do of the request, as soon as it said so. */
  readonly notices: () => ReadonlyArray<Notice>
  readonly summary: () => {
    readonly usage: Usage | undefined
    readonly reason: string | undefined
    readonly firstMs: number | undefined
    readonly totalMs: number
  }
}

/** Starts counting now. */
export const makeTally = (): Tally => {
  const startedAt = performance.now()
  let usage: Usage | undefined
  let reason: string | undefined
  let firstMs: number | undefined
  let notices: ReadonlyArray<Notice> = []
  return {
    watch: (batch) => {
      for (const event of batch) {
        if (event.type === "usage") usage = event.usage
        else if (event.type === "finished") reason = event.reason
        else if (event.type === "failed") reason = event.error._tag
        else if (event.type === "accepted") notices = event.notices ?? []
        else if (
          firstMs === undefined &&
          (event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "tool-call")
        )
          firstMs = performance.now() - startedAt
      }
      return batch
    },
    notices: () => notices,
    summary: () => ({ usage, reason, firstMs, totalMs: performance.now() - startedAt })
  }
}

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

/** One log line an exchange: numbers and names, never content. */
export const logExchange = (
  { requestId, dialect, asked, route }: LoggedExchange,
  tally: Tally,
  exit: Exit.Exit<unknown, PensieveError>
): Effect.Effect<void> => {
  const { usage, reason, firstMs, totalMs } = tally.summary()
  const notices = [...asked.notices, ...tally.notices()]
  const failure = Exit.isFailure(exit) ? Cause.findErrorOption(exit.cause) : Option.none()
  const outcome = Exit.isSuccess(exit)
    ? (reason ?? "finished")
    : Option.isSome(failure)
      ? failure.value._tag
      : Cause.hasInterrupts(exit.cause)
        ? "client went away"
        : "fault"
  const log = Option.isSome(failure) && isOurFault(failure.value) ? Effect.logError : Effect.logInfo
  return log("answer").pipe(
    Effect.annotateLogs({
      request: requestId,
      dialect,
      class: asked.hints.requestClass,
      model: asked.model,
      ...(route === undefined ? {} : { route }),
      outcome,
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
