import { matchesGlob } from "./glob.ts"
import type { ModelRoute, RoutingRules, Target } from "./rules.ts"

/** What a model's name stands for. */
export interface ResolvedModel {
  /** The name in the configuration, or `backend,model`. */
  readonly name: string
  readonly targets: readonly [Target, ...ReadonlyArray<Target>]
  readonly window?: number
}

/** `backend,model`, if the text before the comma is the name of a backend. */
export const explicitTarget = (name: string, backends: ReadonlyArray<string>): Target | undefined => {
  const comma = name.indexOf(",")
  if (comma < 1) return undefined
  const backend = name.slice(0, comma).trim()
  const model = name.slice(comma + 1).trim()
  return backends.includes(backend) && model !== "" ? { backend, model } : undefined
}

const resolved = (name: string, route: ModelRoute): ResolvedModel => ({
  name,
  targets: route.targets,
  ...(route.window === undefined ? {} : { window: route.window })
})

/** A model's name as the configuration knows it: its own name first, then its aliases in their order. */
export const knownModel = (name: string, rules: RoutingRules): ResolvedModel | undefined => {
  const own = Object.hasOwn(rules.models, name) ? rules.models[name] : undefined
  if (own !== undefined) return resolved(name, own)
  for (const [key, route] of Object.entries(rules.models))
    if (route.aliases.some((alias) => matchesGlob(alias, name))) return resolved(key, route)
  return undefined
}

/** Whatever a configuration may name: a model of its own, or `backend,model`. */
export const resolveModel = (name: string, rules: RoutingRules): ResolvedModel | undefined => {
  const known = knownModel(name, rules)
  if (known !== undefined) return known
  const target = explicitTarget(name, rules.backends)
  return target === undefined ? undefined : { name, targets: [target] }
}
