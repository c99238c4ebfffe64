import { anthropicBackendLayer, openaiBackendLayer } from "@pensieve/backends"
import { type Configuration, type Origin, upstreamAddress } from "@pensieve/config"
import { Effect, Redacted } from "effect"
import type { Serving } from "./serving.ts"
import { StartFailure } from "./start-failure.ts"

/** The only place the key is taken from: not from a flag, which every process of the machine can read, nor from a file. */
const keyVariable = "PENSIEVE_UPSTREAM_KEY"

/** Which model answers where the user names none. */
const defaultModels: Readonly<Record<Configuration["upstreamKind"], string>> = {
  openai: "its first model answers, unless a client asks for another of its models",
  anthropic: "the model that a client asks for"
}

/** A server of somebody else's instead of a model of our own: no Python, no model to choose. */
export const upstreamBackend = (
  address: string,
  { upstreamKind, upstreamModel: model, upstreamKeyFrom: keyFrom, upstreamHeaders: headers, window }: Configuration,
  modelOrigin: Origin,
  env: NodeJS.ProcessEnv
): Effect.Effect<Serving, StartFailure> =>
  Effect.gen(function* () {
    const url = yield* Effect.mapError(
      Effect.fromResult(upstreamAddress(address)),
      (problem) => new StartFailure({ message: `--upstream ${problem}.`, exitCode: 2 })
    )
    if (modelOrigin.from === "flag")
      return yield* new StartFailure({
        message:
          "--model names a model of this machine. With --upstream, name one of the server's by --upstream-model.",
        exitCode: 2
      })
    if (upstreamKind === "openai" && (keyFrom === "client" || headers !== undefined))
      return yield* new StartFailure({
        message:
          "upstreamHeaders and --upstream-key-from client are for upstreams that speak Anthropic's API. Add --upstream-kind anthropic, or leave them out.",
        exitCode: 2
      })
    const key = env[keyVariable]?.trim() ?? ""
    const server = {
      url,
      ...(key === "" ? {} : { key: Redacted.make(key) }),
      ...(model === undefined ? {} : { model }),
      ...(window === undefined ? {} : { window })
    }
    const backend =
      upstreamKind === "anthropic"
        ? anthropicBackendLayer({ ...server, keyFrom, ...(headers === undefined ? {} : { headers }) })
        : openaiBackendLayer(server)
    const whose = model ?? defaultModels[upstreamKind]
    return { backend, title: `Upstream: ${url} (${whose})`, demo: false }
  })
