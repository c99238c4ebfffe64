import {
  anthropicBackendLayer,
  type Backend,
  type ModelOverrides,
  openaiBackendLayer,
  unusableProxy
} from "@pensieve/backends"
import { type BackendSettings, type Configuration, isLoopback, upstreamAddress } from "@pensieve/config"
import { explicitTarget } from "@pensieve/router"
import { Effect, type Layer, Redacted } from "effect"
import { CommandFailure } from "./command-failure.ts"

/** A server that answers: no Python, no model of our own. */
export const serverBackend = (
  name: string,
  settings: BackendSettings,
  configuration: Configuration
): Effect.Effect<Layer.Layer<Backend>, CommandFailure> =>
  Effect.gen(function* () {
    const { kind, key, keyFrom, model, window, headers } = settings
    const url = yield* Effect.mapError(
      Effect.fromResult(upstreamAddress(settings.url ?? "")),
      (problem) => new CommandFailure({ message: `The address of the backend ${name} ${problem}.`, exitCode: 2 })
    )
    const wrong = isLoopback(url) ? undefined : unusableProxy(process.env)
    if (wrong !== undefined)
      return yield* new CommandFailure({
        message: `${wrong} names no proxy: it must be an address such as http://proxy.example:3128.`,
        exitCode: 2
      })
    const options = {
      name,
      url,
      localOnly: configuration.localOnly,
      ...overridesFor(name, configuration),
      ...(key === undefined ? {} : { key: Redacted.make(key) }),
      ...(model === undefined ? {} : { model }),
      ...(window === undefined ? {} : { window })
    }
    if (kind !== "anthropic") return openaiBackendLayer(options)
    return anthropicBackendLayer({
      ...options,
      ...(keyFrom === undefined ? {} : { keyFrom }),
      ...(headers === undefined ? {} : { headers })
    })
  })

/** What the configuration says of the models of one backend; of several names for one of them the first counts. */
export const overridesFor = (
  backend: string,
  { models }: Configuration
): { readonly models: Readonly<Record<string, ModelOverrides>>; readonly otherModels?: ModelOverrides } => {
  const said = Object.values(models).flatMap(({ targets, window, capabilities }) =>
    window === undefined && capabilities === undefined
      ? []
      : targets.flatMap((name) => {
          const target = explicitTarget(name, [backend])
          return target === undefined
            ? []
            : [[target.model, { ...capabilities, ...(window === undefined ? {} : { window }) }] as const]
        })
  )
  const others = said.find(([model]) => model === undefined)?.[1]
  return {
    models: Object.fromEntries(
      said.toReversed().flatMap(([model, said]) => (model === undefined ? [] : [[model, said]]))
    ),
    ...(others === undefined ? {} : { otherModels: others })
  }
}
