import type { Backend } from "@pensieve/backends"
import type { BackendSettings, Configuration } from "@pensieve/config"
import { Effect, type Layer } from "effect"
import { localBackend } from "./local-backend.ts"
import { serverBackend } from "./server-backend.ts"

/** A backend that is ready to be started. */
export interface PlannedBackend {
  readonly name: string
  readonly layer: Layer.Layer<Backend>
  /** What it is, for a person: one line. */
  readonly title: string
  /** It runs the built-in demo model. */
  readonly demo: boolean
}

/** Which model answers where the user names none. */
const unnamed: Readonly<Record<BackendSettings["kind"], string>> = {
  mlx: "",
  openai: "its first model answers, unless a client asks for another of its models",
  anthropic: "the model that a client asks for"
}

/**
 * Finds out what a backend needs to start. Nothing is started yet.
 *
 * @param agreed the user wants a model that is not here downloaded
 */
export const planBackend = Effect.fn("planBackend")(function* (
  name: string,
  settings: BackendSettings,
  configuration: Configuration,
  agreed: boolean
) {
  if (settings.kind === "mlx") {
    const { layer, choice } = yield* localBackend(name, settings, configuration, agreed)
    const { folder, why } = choice
    return {
      name,
      layer,
      title: `Model: ${folder.name} (${why})`,
      demo: folder.source === "demo"
    } satisfies PlannedBackend
  }
  const layer = yield* serverBackend(name, settings, configuration)
  const { kind, url, model } = settings
  return { name, layer, title: `Upstream: ${url} (${model ?? unnamed[kind]})`, demo: false } satisfies PlannedBackend
})
