import type { Configuration } from "@pensieve/config"
import { explicitTarget, type Replicas, type RoutingRules } from "@pensieve/router"

/**
 * The configuration as the router takes it.
 *
 * @param otherwise the model that answers where no rule applies
 * @param backends names of the backends there are
 */
export const rulesOf = (
  { models, router }: Configuration,
  otherwise: string,
  backends: ReadonlyArray<string>
): RoutingRules => {
  const { background, think, webSearch, image, longContext, tiers, rules } = router
  return {
    backends,
    models: Object.fromEntries(
      Object.entries(models).map(([name, { targets, aliases = [], fallbacks = [], window }]) => [
        name,
        {
          targets: replicas(targets, backends),
          aliases,
          fallbacks,
          ...(window === undefined ? {} : { window })
        }
      ])
    ),
    default: otherwise,
    rules,
    tiers,
    ...(background === undefined ? {} : { background }),
    ...(think === undefined ? {} : { think }),
    ...(webSearch === undefined ? {} : { webSearch }),
    ...(image === undefined ? {} : { image }),
    ...(longContext.model === undefined
      ? {}
      : { longContext: { model: longContext.model, threshold: longContext.threshold } })
  }
}

/** Targets that name no backend were refused when the configuration was read. */
const replicas = (
  [first, ...others]: readonly [string, ...ReadonlyArray<string>],
  backends: ReadonlyArray<string>
): Replicas => {
  const target = (name: string) => explicitTarget(name, backends) ?? { backend: name }
  return [target(first), ...others.map(target)]
}
