import { Backend, BackendPool } from "@pensieve/backends"
import { backendsOf, type Configuration, defaultReference, upstreamKeyVariable } from "@pensieve/config"
import { explicitTarget } from "@pensieve/router"
import { Routing } from "@pensieve/server"
import { Context, Effect, Layer } from "effect"
import { type PlannedBackend, planBackend } from "./plan-backend.ts"
import type { ReadConfiguration } from "./read-configuration.ts"
import { rulesOf } from "./routing-rules.ts"
import { CommandFailure } from "./command-failure.ts"

/** Who answers, and how a person is told at start. */
export interface Serving {
  readonly routing: Layer.Layer<Routing>
  /** What answers, and why this: a line each. */
  readonly titles: ReadonlyArray<string>
  /** The built-in demo model answers. */
  readonly demo: boolean
}

/**
 * Finds out who is to answer, as the configuration says.
 *
 * @param agreed the user wants models that are not here downloaded
 */
export const servingOf = Effect.fn("servingOf")(function* (
  configuration: ReadConfiguration,
  agreed: boolean,
  env: NodeJS.ProcessEnv
) {
  const { value } = configuration
  yield* checkFlags(configuration)
  const key = env[upstreamKeyVariable]?.trim() ?? ""
  const otherwise = defaultReference(configuration)
  const all = Object.entries(backendsOf(value, key === "" ? undefined : key))
  const used = all.filter(([name]) => isUsed(name, value, otherwise))
  const planned = yield* Effect.forEach(used, ([name, settings]) => planBackend(name, settings, value, agreed))
  return {
    routing: routingLayer(planned, value, otherwise),
    titles: titlesOf(planned, otherwise),
    demo: planned.some(({ name, demo }) => demo && name === otherwise)
  } satisfies Serving
})

/** The engine of this machine is there without being named, and started only if something leads to it. */
const isUsed = (
  name: string,
  { backends, models, router, upstream, upstreamKind }: Configuration,
  otherwise: string
): boolean => {
  if (Object.hasOwn(backends, name) || (upstream !== undefined && name === upstreamKind)) return true
  const { longContext, tiers, rules, background, think, webSearch, image } = router
  const named = [
    otherwise,
    ...Object.values(models).flatMap(({ targets, fallbacks = [] }) => [...targets, ...fallbacks]),
    background,
    think,
    webSearch,
    image,
    longContext.model,
    ...Object.values(tiers),
    ...rules.map(({ use }) => use)
  ]
  return named.some(
    (one) => one !== undefined && !Object.hasOwn(models, one) && explicitTarget(one, [name]) !== undefined
  )
}

const routingLayer = (
  planned: ReadonlyArray<PlannedBackend>,
  configuration: Configuration,
  otherwise: string
): Layer.Layer<Routing> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const members = yield* Effect.forEach(planned, ({ name, layer }) =>
        Effect.map(Layer.build(layer), (context) => ({ name, backend: Context.get(context, Backend) }))
      )
      return Routing.fixed({
        rules: rulesOf(
          configuration,
          otherwise,
          members.map(({ name }) => name)
        ),
        pool: new BackendPool(members),
        sampling: samplingOf(configuration)
      })
    })
  )

const samplingOf = ({ models }: Configuration) =>
  Object.fromEntries(
    Object.entries(models).flatMap(([name, { sampling }]) => (sampling === undefined ? [] : [[name, sampling]]))
  )

/** One backend is told by itself; several with their names. */
const titlesOf = (planned: ReadonlyArray<PlannedBackend>, otherwise: string): ReadonlyArray<string> =>
  planned.length < 2
    ? planned.map(({ title }) => title)
    : [...planned.map(({ name, title }) => `${name}: ${title}`), `Where no rule applies: ${otherwise}`]

/** Flags that contradict each other. */
const checkFlags = ({ originOf }: ReadConfiguration): Effect.Effect<void, CommandFailure> =>
  originOf(["model"]).from === "flag" && originOf(["upstream"]).from === "flag"
    ? Effect.fail(
        new CommandFailure({
          message:
            "--model names a model of this machine. With --upstream, name one of the server's by --upstream-model.",
          exitCode: 2
        })
      )
    : Effect.void
