import { Backend, makeModelRoom, onDemandBackend, type PoolMember } from "@pensieve/backends"
import { isLoopback } from "@pensieve/config"
import { Context, Deferred, Effect, Exit, Layer, Scope } from "effect"
import { totalmem } from "node:os"
import type { PlannedBackend } from "./plan-backend.ts"

/** Backends that run, for as long as somebody needs them. */
export interface RunningBackends {
  /**
   * Starts what does not run yet; what runs already goes on undisturbed. `release` ends what nobody needs any more.
   *
   * @param idleMinutes after which a model is unloaded that nobody asks for; 0 keeps it
   */
  readonly hold: (planned: ReadonlyArray<PlannedBackend>, idleMinutes: number) => Effect.Effect<HeldBackends>
}

/** Backends that were asked for. */
interface HeldBackends {
  readonly members: ReadonlyArray<PoolMember>
  readonly release: Effect.Effect<void>
}

/** One that runs. */
interface Running {
  readonly planned: PlannedBackend
  readonly backend: Backend["Service"]
  readonly scope: Scope.Closeable
  readonly ended: Deferred.Deferred<void>
  holders: number
}

/** Weights of several models may take this part of the memory together; the rest is for their conversations and everybody else. */
const sharedPart = 0.5
/** How often it is looked whether a model is still needed, seconds. */
const lookSeconds = 15
/** A model that has not been asked for so long goes where memory is short, seconds. */
const shortIdleSeconds = 60
/** Less than this part of the memory is short. */
const shortPart = 0.05

const memoryIsShort = Effect.sync(() => process.availableMemory() < totalmem() * shortPart)

/** Nothing runs at first; all ends with the scope. */
export const makeRunningBackends: Effect.Effect<RunningBackends, never, Scope.Scope> = Effect.gen(function* () {
  const all = new Map<string, Running>()
  const parent = yield* Scope.Scope
  const room = makeModelRoom(totalmem() * sharedPart)

  /** Two models at once may be more than the memory holds: one that takes another's place waits for its end. */
  const onDemand = (
    { name, model, weightBytes, eager }: PlannedBackend,
    idleMinutes: number,
    leaving: ReadonlyArray<Running>,
    make: Effect.Effect<Backend["Service"], never, Scope.Scope>
  ) => {
    const others = leaving.filter((one) => one.planned.settings.kind === "mlx")
    return onDemandBackend({
      name,
      model,
      make: Effect.andThen(
        Effect.forEach(others, ({ ended }) => Deferred.await(ended), { discard: true }),
        make
      ),
      room,
      bytes: weightBytes,
      eager,
      lookEvery: `${lookSeconds} seconds`,
      patience: idleMinutes === 0 ? Number.POSITIVE_INFINITY : (idleMinutes * 60) / lookSeconds,
      patienceWhenShort: shortIdleSeconds / lookSeconds,
      memoryIsShort
    })
  }

  const start = (
    planned: PlannedBackend,
    idleMinutes: number,
    leaving: ReadonlyArray<Running>
  ): Effect.Effect<Running> =>
    Effect.gen(function* () {
      const scope = yield* Scope.fork(parent)
      const make = Effect.map(Layer.build(planned.layer), (context) => Context.get(context, Backend))
      const backend = planned.settings.kind === "mlx" ? onDemand(planned, idleMinutes, leaving, make) : make
      return {
        planned,
        scope,
        backend: yield* Scope.provide(backend, scope),
        ended: yield* Deferred.make<void>(),
        holders: 0
      }
    })

  const letGo = (running: Running): Effect.Effect<void> =>
    Effect.suspend(() => {
      running.holders--
      if (running.holders > 0) return Effect.void
      if (all.get(running.planned.key) === running) all.delete(running.planned.key)
      return Effect.andThen(Scope.close(running.scope, Exit.void), Deferred.succeed(running.ended, undefined))
    })

  return {
    hold: (planned, idleMinutes) =>
      Effect.gen(function* () {
        const keys = new Set(planned.map(({ key }) => key))
        const leaving = [...all.values()].filter((running) => !keys.has(running.planned.key))
        const held = yield* Effect.forEach(planned, (one) =>
          Effect.gen(function* () {
            const running = all.get(one.key) ?? (yield* start(one, idleMinutes, leaving))
            all.set(one.key, running)
            running.holders++
            return running
          })
        )
        return {
          members: held.map(({ backend }, index) => memberOf(backend, planned[index])),
          release: Effect.forEach(held, letGo, { discard: true })
        }
      })
  }
})

const memberOf = (backend: Backend["Service"], planned: PlannedBackend | undefined): PoolMember => {
  const { slots, weight, url } = planned?.settings ?? {}
  return {
    name: planned?.name ?? backend.name,
    backend,
    local: url === undefined || isLoopback(url),
    ...(slots === undefined ? {} : { slots }),
    ...(weight === undefined ? {} : { weight })
  }
}
