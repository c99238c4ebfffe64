import { backendsOf } from "./backends.ts"
import { checkBackends } from "./check-backends.ts"
import { checkFallbacks } from "./check-fallbacks.ts"
import { checkNetwork } from "./check-network.ts"
import { checkProxyOnly } from "./check-proxy-only.ts"
import type { Configuration } from "./configuration.ts"
import type { IssueAt } from "./describe-issues.ts"
import { nearest } from "./nearest.ts"
import { presetNames } from "./presets.ts"
import type { ConfigPath } from "./problem.ts"

type Issues = ReadonlyArray<IssueAt>

/** Whatever of a configuration refers to something that is not there, or to itself. */
export const checkReferences = (configuration: Configuration): Issues => {
  const backends = Object.keys(backendsOf(configuration, undefined))
  const models = Object.keys(configuration.models)
  return [
    ...checkNetwork(configuration),
    ...checkProxyOnly(configuration),
    ...checkBackends(configuration),
    ...checkMode(configuration, backends),
    ...Object.entries(configuration.models).flatMap(([name, { targets }]) =>
      targets.flatMap((target, index) => checkTarget(target, ["models", name, "targets", index], backends))
    ),
    ...references(configuration).flatMap(({ path, name }) => checkReference(name, path, models, backends)),
    ...checkFallbacks(configuration)
  ]
}

const meaning = (word: string, known: ReadonlyArray<string>): string => {
  const meant = nearest(word, known)
  return meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`
}

const checkMode = ({ mode }: Configuration, backends: ReadonlyArray<string>): Issues => {
  const known = [...new Set([...backends, ...presetNames])]
  return mode === undefined || known.includes(mode)
    ? []
    : [{ path: ["mode"], message: `is "${mode}", which is no backend; ${meaning(mode, known)}` }]
}

const checkTarget = (target: string, path: ConfigPath, backends: ReadonlyArray<string>): Issues => {
  const backend = target.split(",", 1)[0]?.trim() ?? ""
  return backends.includes(backend)
    ? []
    : [{ path, message: `names the backend "${backend}", which is not there; ${meaning(backend, backends)}` }]
}

const checkReference = (
  name: string,
  path: ConfigPath,
  models: ReadonlyArray<string>,
  backends: ReadonlyArray<string>
): Issues => {
  if (models.includes(name)) return []
  if (name.includes(",")) return checkTarget(name, path, backends)
  return backends.includes(name)
    ? []
    : [
        {
          path,
          message: `names "${name}", which is no model and no backend; ${meaning(name, [...models, ...backends])}`
        }
      ]
}

/** Every place that names a model. */
const references = ({ models, router }: Configuration): ReadonlyArray<{ path: ConfigPath; name: string }> => {
  const single: ReadonlyArray<readonly [ConfigPath, string | undefined]> = [
    [["router", "default"], router.default],
    [["router", "background"], router.background],
    [["router", "think"], router.think],
    [["router", "longContext", "model"], router.longContext.model],
    [["router", "webSearch"], router.webSearch],
    [["router", "image"], router.image],
    ...Object.entries(router.tiers).map(([tier, name]) => [["router", "tiers", tier], name] as const),
    ...router.rules.map(({ use }, index) => [["router", "rules", index, "use"], use] as const),
    ...Object.entries(models).flatMap(([model, { fallbacks = [] }]) =>
      fallbacks.map((name, index) => [["models", model, "fallbacks", index], name] as const)
    )
  ]
  return single.flatMap(([path, name]) => (name === undefined ? [] : [{ path, name }]))
}
