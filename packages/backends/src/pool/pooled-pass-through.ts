import { type BackendError, Overloaded, RateLimited, UpstreamFailed } from "@pensieve/errors"
import { Effect, Exit, Scope, Stream } from "effect"
import type { PassedAnswer, PassedRequest, PassThrough } from "../backend.ts"
import { retryAfterOf } from "../upstream/retry-after.ts"
import type { Attempts, PoolContext } from "./attempts.ts"
import { type Candidate, those } from "./candidates.ts"
import { logNext } from "./log-next.ts"
import { serviceOf } from "./service-of.ts"

/** Whether a candidate speaks the client's own API. */
export const passes = ({ member }: Candidate): boolean => member.backend.passThrough !== undefined

/** Passes a request on to the first that takes it, of those that speak the client's API. */
export const pooledPassThrough =
  (context: PoolContext, attempts: Attempts): PassThrough =>
  (request) =>
    Effect.gen(function* () {
      const slot = yield* context.desk.slot
      const candidate = yield* attempts.take(slot, passes)
      const settle = (exit: Exit.Exit<unknown, BackendError>) =>
        Effect.sync(() => {
          attempts.settle(candidate, () => textOf(request), exit)
          slot.giveBack()
        })
      const scope = yield* Scope.fork(yield* Scope.Scope)
      const exit = yield* Effect.exit(Effect.provideService(open(candidate, request), Scope.Scope, scope))
      const failure = Exit.isSuccess(exit) ? refusalOf(exit.value) : undefined
      if (Exit.isSuccess(exit) && (failure === undefined || isLast(attempts, candidate)))
        return {
          ...exit.value,
          bytes: Stream.onExit(exit.value.bytes, (end) => settle(failure === undefined ? end : Exit.fail(failure)))
        }
      const failed = failure === undefined ? exit : Exit.fail(failure)
      yield* settle(failed)
      yield* Scope.close(scope, failed)
      return yield* Effect.catch(failed, (error) => {
        const next = attempts.after(candidate, error)
        return next.again && those(attempts.left, passes).length > 0
          ? Effect.andThen(logNext(candidate, error), pooledPassThrough(context, attempts)(request))
          : Effect.fail(next.error)
      })
    })

const open = (candidate: Candidate, request: PassedRequest): ReturnType<PassThrough> => {
  const { passThrough } = serviceOf(candidate)
  return passThrough === undefined ? Effect.die("a backend lost its API") : passThrough(request)
}

const textOf = ({ path, body }: PassedRequest): string => `${path} ${body?.text.slice(-4096) ?? ""}`

const isLast = ({ left }: Attempts, candidate: Candidate): boolean =>
  those(left, (other) => other !== candidate).length === 0

/** An answer that says that somebody else should be asked. */
const refusalOf = ({ status, headers }: PassedAnswer): BackendError | undefined => {
  if (status < 500 && status !== 429) return undefined
  const wait = retryAfterOf(headers, Date.now())
  const waiting = wait === undefined ? {} : { retryAfterSeconds: wait }
  const message = `The upstream answered with status ${status}.`
  if (status === 429) return new RateLimited({ message, ...waiting })
  return status === 529 ? new Overloaded({ message, ...waiting }) : new UpstreamFailed({ message, unreachable: false })
}
