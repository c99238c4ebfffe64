import type { HealthBoard } from "@pensieve/backends"
import { Clock, Effect, type Scope } from "effect"
import { createHash } from "node:crypto"
import type { RedisLink } from "./redis-link.ts"

const prefix = "pensieve:rest:"
/** How old what is known of others may be. */
const lookEvery = "1 second"

/**
 * Which backends rest, as several programs see it together.
 *
 * @param idOf what the same backend is called in all of them; undefined for one that nobody else asks
 */
export const redisHealth = (
  { ask }: RedisLink,
  backends: ReadonlyArray<string>,
  idOf: (backend: string) => string | undefined
): Effect.Effect<HealthBoard, never, Scope.Scope> =>
  Effect.gen(function* () {
    const shared = backends.flatMap((name) => {
      const id = idOf(name)
      return id === undefined ? [] : [{ name, key: prefix + createHash("sha256").update(id).digest("hex") }]
    })
    const clock = yield* Clock.Clock
    const runFork = Effect.runForkWith(yield* Effect.context())
    const until = new Map<string, number>()
    const look = Effect.gen(function* () {
      for (const { name, key } of shared) {
        const left = yield* ask((client) => client.pTTL(key))
        if (left === undefined || left <= 0) until.delete(name)
        else until.set(name, clock.currentTimeMillisUnsafe() + left)
      }
      yield* Effect.sleep(lookEvery)
    })
    if (shared.length > 0) yield* Effect.forkScoped(Effect.forever(look))
    return {
      rest: (backend) => Math.max(0, (until.get(backend) ?? 0) - clock.currentTimeMillisUnsafe()),
      tell: (backend, restMs) => {
        const key = shared.find(({ name }) => name === backend)?.key
        if (key === undefined || (restMs <= 0 && !until.has(backend))) return
        if (restMs > 0) until.set(backend, clock.currentTimeMillisUnsafe() + restMs)
        else until.delete(backend)
        const value = Math.ceil(restMs)
        const set = ask((client) => client.set(key, "1", { expiration: { type: "PX", value } }))
        runFork(restMs > 0 ? Effect.asVoid(set) : Effect.asVoid(ask((client) => client.del(key))))
      }
    }
  })
