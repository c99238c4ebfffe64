import { BackendPool, type PoolMember } from "@pensieve/backends"
import type { Configuration } from "@pensieve/config"
import { explicitTarget } from "@pensieve/router"
import { type HeldArrangement, makeRoutingFunction } from "@pensieve/server"
import { Effect, Exit, Scope } from "effect"
import { CommandFailure } from "./command-failure.ts"
import type { Plan } from "./plan.ts"
import { rulesOf } from "./routing-rules.ts"
import type { RunningBackends } from "./running-backends.ts"

/**
 * Starts what a plan needs, and arranges it.
 *
 * @param before the pool of the arrangement that this one takes the place of
 */
export const arrange = (
  { configuration, backends, otherwise, functionFile }: Plan,
  running: RunningBackends,
  before?: BackendPool
): Effect.Effect<HeldArrangement, CommandFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Scope.Scope)
    const choose = yield* Scope.provide(routingFunctionOf(functionFile, configuration.router.functionMs), scope)
    const { members, release } = yield* running.hold(backends)
    const { allowRemoteFallback, pool: poolSettings } = configuration
    const pool = new BackendPool(members, { queue: poolSettings.queue, allowRemoteFallback }, before)
    yield* Scope.provide(pool.watched, scope)
    yield* warnOfUnused(configuration, members)
    const names = backends.map(({ name }) => name)
    return {
      arrangement: {
        rules: rulesOf(configuration, otherwise, names),
        pool,
        sampling: samplingOf(configuration),
        ...(choose === undefined ? {} : { choose })
      },
      release: Effect.andThen(Scope.close(scope, Exit.void), release)
    }
  })

/** The user's routing function, for as long as the scope lives. */
export const routingFunctionOf = (file: string | undefined, limitMs: number) =>
  file === undefined
    ? Effect.succeed(undefined)
    : Effect.mapError(
        makeRoutingFunction({ file, limitMs }),
        ({ message }) => new CommandFailure({ message: `router.function: ${message}.`, exitCode: 2 })
      )

const samplingOf = ({ models }: Configuration) =>
  Object.fromEntries(
    Object.entries(models).flatMap(([name, { sampling }]) => (sampling === undefined ? [] : [[name, sampling]]))
  )

/** Says which fallbacks will never be asked. */
const warnOfUnused = ({ models, allowRemoteFallback }: Configuration, members: ReadonlyArray<PoolMember>) => {
  const isLocal = (name: string) =>
    members.some((member) => member.local === true && explicitTarget(name, [member.name]) !== undefined)
  const unused = Object.entries(models).flatMap(([name, { targets, fallbacks = [] }]) => {
    if (allowRemoteFallback || !targets.some(isLocal)) return []
    const named = [...targets, ...fallbacks.flatMap((one) => models[one]?.targets ?? [one])]
    return named.filter((one) => !isLocal(one)).map((one) => `${one} for ${name}`)
  })
  return unused.length === 0
    ? Effect.void
    : Effect.annotateLogs(
        Effect.logWarning("not asked in place of a model of this machine, since allowRemoteFallback is false"),
        { unused: unused.join(", ") }
      )
}
