import { backendsOf, type Configuration, defaultReference, upstreamKeyVariable } from "@pensieve/config"
import { explicitTarget } from "@pensieve/router"
import { Effect } from "effect"
import { CommandFailure } from "./command-failure.ts"
import type { Getting } from "./model-for.ts"
import { keyOf, type PlannedBackend, planBackend } from "./plan-backend.ts"
import type { ReadConfiguration } from "./read-configuration.ts"

/** Who is to answer, as one configuration says. */
export interface Plan {
  readonly configuration: Configuration
  readonly backends: ReadonlyArray<PlannedBackend>
  /** The model that answers where no rule applies. */
  readonly otherwise: string
  /** The user's routing function. */
  readonly functionFile?: string
}

/** What a plan may do. */
export interface Planning {
  /** The user wants models that are not here downloaded. */
  readonly agreed: boolean
  readonly env: NodeJS.ProcessEnv
  /** The plan in force, if there is one: then nobody can be asked, and what it found stays. */
  readonly before?: Plan
}

/** Finds out who is to answer. */
export const planOf = Effect.fn("planOf")(function* (read: ReadConfiguration, { agreed, env, before }: Planning) {
  yield* checkFlags(read)
  const configuration = read.value
  const otherwise = defaultReference(read)
  const key = env[upstreamKeyVariable]?.trim() ?? ""
  const used = usedBackends(configuration, otherwise, key === "" ? undefined : key)
  const getting = gettingOf(configuration, agreed, before !== undefined)
  const first = firstBackend(
    configuration,
    otherwise,
    used.map(([name]) => name)
  )
  const backends = yield* Effect.forEach(used, ([name, settings]) => {
    const same = before?.backends.find((one) => one.key === keyOf(name, settings, configuration))
    return same === undefined
      ? planBackend(name, settings, configuration, getting, name === first)
      : Effect.succeed({ ...same, settings, eager: name === first })
  })
  const { functionFile } = read
  return { configuration, backends, otherwise, ...(functionFile === undefined ? {} : { functionFile }) } satisfies Plan
})

/** What there is to choose from, found out without looking at anything but the configuration. */
export const backendNames = (
  read: ReadConfiguration
): { readonly names: ReadonlyArray<string>; readonly otherwise: string } => {
  const otherwise = defaultReference(read)
  return { otherwise, names: usedBackends(read.value, otherwise, undefined).map(([name]) => name) }
}

/** The backend that answers first where no rule applies. */
const firstBackend = ({ models }: Configuration, otherwise: string, names: ReadonlyArray<string>) =>
  explicitTarget(models[otherwise]?.targets[0] ?? otherwise, names)?.backend ?? names[0]

const usedBackends = (configuration: Configuration, otherwise: string, upstreamKey: string | undefined) =>
  Object.entries(backendsOf(configuration, upstreamKey)).filter(([name]) => isUsed(name, configuration, otherwise))

const gettingOf = ({ localOnly }: Configuration, agreed: boolean, isChange: boolean): Getting => {
  if (localOnly) return { agreed, refusal: "and localOnly is true: nothing is downloaded" }
  return isChange ? { agreed, refusal: "and a change downloads nothing: restart Pensieve for it" } : { agreed }
}

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
