import { Routing } from "@pensieve/server"
import { Effect, Layer } from "effect"
import { arrange } from "./arrange.ts"
import { followConfiguration } from "./follow-configuration.ts"
import { type Plan, planOf } from "./plan.ts"
import type { ReadConfiguration } from "./read-configuration.ts"
import { makeRunningBackends } from "./running-backends.ts"
import type { GivenSettings } from "./setting-flags.ts"

/**
 * Finds out who is to answer, as the configuration says, and how a person is told at start.
 *
 * @param agreed the user wants models that are not here downloaded
 */
export const servingOf = Effect.fn("servingOf")(function* (
  read: ReadConfiguration,
  given: GivenSettings,
  agreed: boolean,
  env: NodeJS.ProcessEnv
) {
  const plan = yield* planOf(read, { agreed, env })
  return {
    routing: routingLayer(plan, read, given, env),
    /** What answers, and why this: a line each. */
    titles: titlesOf(plan),
    /** The built-in demo model answers. */
    demo: plan.backends.some(({ name, demo }) => demo && name === plan.otherwise)
  }
})

/** One backend is told by itself; several with their names. */
const titlesOf = ({ backends, otherwise }: Plan): ReadonlyArray<string> =>
  backends.length < 2
    ? backends.map(({ title }) => title)
    : [...backends.map(({ name, title }) => `${name}: ${title}`), `Where no rule applies: ${otherwise}`]

/** The routing of the configuration, and of each that takes its place while the program runs. */
const routingLayer = (plan: Plan, read: ReadConfiguration, given: GivenSettings, env: NodeJS.ProcessEnv) =>
  Layer.effect(
    Routing,
    Effect.gen(function* () {
      const running = yield* makeRunningBackends
      const first = yield* arrange(plan, running)
      const { routing, change } = Routing.changing(first)
      yield* Effect.forkScoped(followConfiguration({ read, given, env, first, running, change }))
      return routing
    })
  )
