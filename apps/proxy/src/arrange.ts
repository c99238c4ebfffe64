import { BackendPool, type PoolMember } from "@pensieve/backends"
import type { Configuration } from "@pensieve/config"
import { explicitTarget } from "@pensieve/router"
import { type HeldArrangement, makeRoutingFunction } from "@pensieve/server"
import { type RedisLink, redisLink } from "@pensieve/operations"
import { Effect, Exit, Scope } from "effect"
import { answerCache } from "./answer-cache.ts"
import { CommandFailure } from "./command-failure.ts"
import type { Plan } from "./plan.ts"
import { rulesOf } from "./routing-rules.ts"
import { sharedHealth } from "./shared-health.ts"
import type { RunningBackends } from "./running-backends.ts"

/** A plan that was carried out. */
export interface Arranged extends HeldArrangement {
  readonly plan: Plan
  readonly link: RedisLink | undefined
}

/**
 * Starts what a plan needs, and arranges it. What outlives it lives as long as the scope.
 *
 * @param before what this one takes the place of
 */
export const arrange = (plan: Plan, running: RunningBackends, before?: Arranged) =>
  Effect.gen(function* () {
    const { configuration, backends, otherwise, functionFile } = plan
    const scope = yield* Scope.fork(yield* Scope.Scope)
    const choose = yield* Scope.provide(routingFunctionOf(functionFile, configuration.router.functionMs), scope)
    const { members, release } = yield* running.hold(backends, configuration.idleMinutes)
    const { allowRemoteFallback, pool: poolSettings } = configuration
    const link = yield* linkOf(configuration, before)
    const board = link === undefined ? undefined : yield* Scope.provide(sharedHealth(link, backends), scope)
    const options = { queue: poolSettings.queue, allowRemoteFallback, ...(board === undefined ? {} : { board }) }
    const pool = new BackendPool(members, options, before?.arrangement.pool)
    yield* Scope.provide(pool.watched, scope)
    yield* warnOfUnused(configuration, members)
    const names = backends.map(({ name }) => name)
    const cache = yield* cacheOf(configuration, link, before)
    const placeOf = (backend: string) => backends.find(({ name }) => name === backend)?.settings.url
    return {
      plan,
      link,
      arrangement: {
        rules: rulesOf(configuration, otherwise, names),
        pool,
        sampling: samplingOf(configuration),
        context: configuration.context,
        ...(cache === undefined ? {} : { cache: { ...cache, placeOf } }),
        ...(choose === undefined ? {} : { choose })
      },
      release: Effect.andThen(Scope.close(scope, Exit.void), release)
    } satisfies Arranged
  })

/** The connection stays where its address does. */
const linkOf = ({ cache: { redis } }: Configuration, before: Arranged | undefined) => {
  if (redis === undefined) return Effect.succeed(undefined)
  return before?.link !== undefined && before.plan.configuration.cache.redis === redis
    ? Effect.succeed(before.link)
    : redisLink(redis)
}

/** Answers stay where nothing about them changes. */
const cacheOf = (configuration: Configuration, link: RedisLink | undefined, before: Arranged | undefined) =>
  before !== undefined && JSON.stringify(before.plan.configuration.cache) === JSON.stringify(configuration.cache)
    ? Effect.succeed(before.arrangement.cache)
    : answerCache(configuration, link)

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
