import { anthropicBackendLayer, Backend, BackendPool, openaiBackendLayer, type PoolOptions } from "@pensieve/backends"
import type { RoutingRules } from "@pensieve/router"
import { Routing } from "@pensieve/server"
import { type ScriptedUpstream, startUpstream, type UpstreamOptions } from "@pensieve/test-harness"
import { Context, Effect, Layer } from "effect"
import { type Serving, startServing } from "./wired-server.ts"

/** One backend of a pool. */
export interface PoolUpstream {
  readonly upstream?: UpstreamOptions
  readonly kind?: "openai" | "anthropic"
  readonly slots?: number
  readonly local?: boolean
}

/** A real server with several backends, over scripted upstreams. */
export interface WiredPool extends Serving {
  readonly upstreams: ReadonlyArray<ScriptedUpstream>
}

/** The replicas and fallbacks of the model `m`, which answers everything; backends are called `b0`, `b1`, … */
export interface PoolModel {
  readonly replicas: readonly [string, ...ReadonlyArray<string>]
  readonly fallbacks?: ReadonlyArray<string>
}

const rulesFor = (
  { replicas: [first, ...others], fallbacks = [] }: PoolModel,
  backends: ReadonlyArray<string>
): RoutingRules => ({
  backends,
  models: {
    m: { targets: [{ backend: first }, ...others.map((backend) => ({ backend }))], aliases: [], fallbacks }
  },
  default: "m",
  rules: [],
  tiers: {}
})

/** Starts all of it. Ends it with `stop`. */
export const startPool = async (
  model: PoolModel,
  given: ReadonlyArray<PoolUpstream>,
  options: PoolOptions = {}
): Promise<WiredPool> => {
  const upstreams = await Promise.all(given.map(({ upstream }) => startUpstream(upstream)))
  const plans = given.map((one, index) => ({ ...one, name: `b${index}`, url: upstreams[index]?.url ?? "" }))
  const routing = Layer.unwrap(
    Effect.gen(function* () {
      const members = yield* Effect.forEach(plans, ({ name, url, kind, slots, local = true }) => {
        const layer = kind === "anthropic" ? anthropicBackendLayer({ name, url }) : openaiBackendLayer({ name, url })
        return Effect.map(Layer.build(layer), (context) => ({
          name,
          local,
          backend: Context.get(context, Backend),
          ...(slots === undefined ? {} : { slots })
        }))
      })
      const pool = new BackendPool(members, options)
      yield* pool.watched
      const names = plans.map(({ name }) => name)
      return Routing.fixed({ rules: rulesFor(model, names), pool, sampling: {} })
    })
  )
  const served = await startServing(routing)
  return {
    ...served,
    upstreams,
    stop: async () => {
      await served.stop()
      await Promise.all(upstreams.map((upstream) => upstream.stop()))
    }
  }
}
