import { matchesGlob } from "./glob.ts"
import type { Replicas, RoutingRules, Target } from "./rules.ts"

/** What a model's name stands for. */
export interface ResolvedModel {
  /** The name in the configuration, a backend, or `backend,model`. */
  readonly name: string
  /** Where it runs, then where each of its fallbacks does. */
  readonly stages: readonly [Replicas, ...ReadonlyArray<Replicas>]
  readonly window?: number
}

/** A backend, or `backend,model`, if that backend is there. */
export const explicitTarget = (name: string, backends: ReadonlyArray<string>): Target | undefined => {
  const comma = name.indexOf(",")
  const backend = (comma === -1 ? name : name.slice(0, comma)).trim()
  if (!backends.includes(backend)) return undefined
  if (comma === -1) return { backend }
  const model = name.slice(comma + 1).trim()
  return model === "" ? undefined : { backend, model }
}

const ownRoute = (name: string, { models }: RoutingRules) => (Object.hasOwn(models, name) ? models[name] : undefined)

/** The name of the configured model that a name stands for: itself, or the first that has it as an alias. */
export const knownModel = (name: string, rules: RoutingRules): string | undefined => {
  if (ownRoute(name, rules) !== undefined) return name
  return Object.entries(rules.models).find(([, { aliases }]) => aliases.some((alias) => matchesGlob(alias, name)))?.[0]
}

/** Where each fallback runs, and those of the fallbacks; a model that was met already is left out. */
const fallbackStages = (
  names: ReadonlyArray<string>,
  rules: RoutingRules,
  met: ReadonlySet<string>
): ReadonlyArray<Replicas> =>
  names.flatMap((name) => {
    if (met.has(name)) return []
    const route = ownRoute(name, rules)
    if (route !== undefined) return [route.targets, ...fallbackStages(route.fallbacks, rules, new Set([...met, name]))]
    const target = explicitTarget(name, rules.backends)
    return target === undefined ? [] : [[target] as const]
  })

/** Whatever a configuration may name: a model of its own, a backend, or `backend,model`. */
export const resolveModel = (name: string, rules: RoutingRules): ResolvedModel | undefined => {
  const known = knownModel(name, rules)
  const route = known === undefined ? undefined : ownRoute(known, rules)
  if (known !== undefined && route !== undefined)
    return {
      name: known,
      stages: [route.targets, ...fallbackStages(route.fallbacks, rules, new Set([known]))],
      ...(route.window === undefined ? {} : { window: route.window })
    }
  const target = explicitTarget(name, rules.backends)
  return target === undefined ? undefined : { name, stages: [[target]] }
}
