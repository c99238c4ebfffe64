import type { Backend } from "@pensieve/backends"
import type { BackendSettings, Configuration } from "@pensieve/config"
import { Effect, type Layer } from "effect"
import { localBackend } from "./local-backend.ts"
import type { Getting } from "./model-for.ts"
import { overridesFor, serverBackend } from "./server-backend.ts"

/** A backend that is ready to be started. */
export interface PlannedBackend {
  /** Two of the same key are the same backend. */
  readonly key: string
  readonly name: string
  readonly layer: Layer.Layer<Backend>
  readonly settings: BackendSettings
  /** The model, as far as it is known before the backend runs. */
  readonly model: string
  /** What it is, for a person: one line. */
  readonly title: string
  /** It runs the built-in demo model. */
  readonly demo: boolean
  /** Bytes of its weights, of a model of this machine. */
  readonly weightBytes: number
  /** It is needed from the start: it answers where no rule applies. */
  readonly eager: boolean
}

/** Which model answers where the user names none. */
const unnamed: Readonly<Record<BackendSettings["kind"], string>> = {
  mlx: "",
  openai: "its first model answers, unless a client asks for another of its models",
  anthropic: "the model that a client asks for"
}

/** Everything that a running backend cannot take in: all its settings but those that are the pool's. */
export const keyOf = (name: string, settings: BackendSettings, configuration: Configuration): string => {
  const own = Object.entries(settings).filter(([field]) => field !== "slots" && field !== "weight")
  const others =
    settings.kind === "mlx"
      ? [configuration.allowForced, configuration.idleMinutes]
      : [configuration.localOnly, overridesFor(name, configuration)]
  return JSON.stringify([name, own, ...others])
}

/** Finds out what a backend needs to start. Nothing is started yet. */
export const planBackend = Effect.fn("planBackend")(function* (
  name: string,
  settings: BackendSettings,
  configuration: Configuration,
  getting: Getting,
  eager: boolean
) {
  const key = keyOf(name, settings, configuration)
  if (settings.kind === "mlx") {
    const { layer, choice } = yield* localBackend(name, settings, configuration, getting)
    const { folder, why } = choice
    return {
      key,
      name,
      layer,
      settings,
      model: folder.name,
      title: `Model: ${folder.name} (${why})`,
      demo: folder.source === "demo",
      weightBytes: folder.weightBytes,
      eager
    } satisfies PlannedBackend
  }
  const layer = yield* serverBackend(name, settings, configuration)
  const { kind, url, model } = settings
  return {
    key,
    name,
    layer,
    settings,
    model: model ?? url ?? name,
    title: `Upstream: ${url} (${model ?? unnamed[kind]})`,
    demo: false,
    weightBytes: 0,
    eager
  } satisfies PlannedBackend
})
