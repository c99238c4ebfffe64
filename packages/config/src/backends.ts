import type { BackendSettings } from "./backend-settings.ts"
import type { Configuration } from "./configuration.ts"
import type { Origin, Resolved } from "./resolve.ts"

/** The backend that is there without being named: the engine of this machine. */
export const ownEngine = "mlx"

/**
 * Every backend of a configuration, by name: those of `backends`, the one that `upstream` stands for (named after its kind), and
 * the engine of this machine.
 *
 * @param upstreamKey the key of the server that `upstream` names
 */
export const backendsOf = (
  configuration: Configuration,
  upstreamKey: string | undefined
): Readonly<Record<string, BackendSettings>> => {
  const { backends, upstream, upstreamKind, upstreamModel, upstreamKeyFrom, upstreamHeaders, window } = configuration
  const bound = window === undefined ? {} : { window }
  return {
    ...(configuration.proxyOnly ? {} : { [ownEngine]: ownSettings(configuration) }),
    ...backends,
    ...(upstream === undefined
      ? {}
      : {
          [upstreamKind]: {
            kind: upstreamKind,
            url: upstream,
            ...(upstreamModel === undefined ? {} : { model: upstreamModel }),
            ...(upstreamKey === undefined ? {} : { key: upstreamKey }),
            ...(upstreamKind === "anthropic" ? { keyFrom: upstreamKeyFrom } : {}),
            ...(upstreamHeaders === undefined ? {} : { headers: upstreamHeaders }),
            ...bound
          }
        })
  }
}

const ownSettings = ({ model, window, kvBits, chatTemplate }: Configuration): BackendSettings => ({
  kind: "mlx",
  ...(model === undefined ? {} : { model }),
  ...(window === undefined ? {} : { window }),
  ...(kvBits === undefined ? {} : { kvBits }),
  ...(chatTemplate === undefined ? {} : { chatTemplate })
})

const rank: Readonly<Record<Origin["from"], number>> = { default: 0, preset: 1, file: 2, environment: 3, flag: 4 }

/**
 * What answers where no rule applies: what was said on the highest level (a flag beats the environment, the environment the
 * file); on the same level `router.default`, then `mode`, `upstream`, `model`. Nothing said: the first model, else the first backend,
 * else the engine of this machine.
 */
export const defaultReference = ({ value, originOf }: Pick<Resolved<Configuration>, "value" | "originOf">): string => {
  const { router, mode, upstream, upstreamKind, model, models, backends } = value
  const said = [
    { use: router.default, rank: rank[originOf(["router", "default"]).from] },
    { use: mode, rank: rank[originOf(["mode"]).from] },
    { use: upstream === undefined ? undefined : upstreamKind, rank: rank[originOf(["upstream"]).from] },
    { use: model === undefined ? undefined : ownEngine, rank: rank[originOf(["model"]).from] }
  ].flatMap(({ use, rank }) => (use === undefined ? [] : [{ use, rank }]))
  const highest = Math.max(...said.map((one) => one.rank))
  return (
    said.find((one) => one.rank === highest)?.use ?? Object.keys(models)[0] ?? Object.keys(backends)[0] ?? ownEngine
  )
}
