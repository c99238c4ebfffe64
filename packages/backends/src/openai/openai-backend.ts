import type { Capabilities } from "@pensieve/models"
import { type Duration, Effect, Layer, Redacted, Stream } from "effect"
import { Backend } from "../backend.ts"
import { makeHttpUpstream } from "../upstream/http-upstream.ts"
import { overridesOf, type UpstreamOptions } from "../upstream/upstream-options.ts"
import { watchUpstream } from "../upstream/watch-upstream.ts"
import { type Asking, askUpstream, sizeOf } from "./ask-upstream.ts"
import { chooseUpstreamModel } from "./choose-upstream-model.ts"
import { makeMemory } from "./memory.ts"
import { type KnownServer, probe } from "./probe.ts"
import type { UpstreamModel } from "./upstream-model.ts"
import { withOverrides } from "./with-overrides.ts"

/** What the backend is told. */
export interface OpenaiBackendOptions extends UpstreamOptions {
  /** How long an early error may take to keep its HTTP status; 1.2 s unless told otherwise, for a prefill is silent. */
  readonly errorPatience?: Duration.Input
}

/** The model of a server that lists none: whatever the client calls it. */
const unlisted = "default"

/** The backend that asks any server with OpenAI's chat completions. */
export const openaiBackendLayer = (options: OpenaiBackendOptions): Layer.Layer<Backend> =>
  Layer.effect(
    Backend,
    Effect.gen(function* () {
      const { origin, pathname } = new URL(options.url)
      const keys = options.key === undefined ? [] : [Redacted.value(options.key)]
      const headers = {
        "user-agent": "pensieve",
        ...(keys[0] === undefined ? {} : { authorization: `Bearer ${keys[0]}` })
      }
      const memory = makeMemory(options.window)
      const overridden = (server: KnownServer, model: UpstreamModel) =>
        withOverrides(model, overridesOf(options, model.id), server.traits)
      const choose: Asking["choose"] = (server, { model, routedModel = options.model }) =>
        overridden(server, chooseUpstreamModel(server, model, routedModel))
      const describe = (server: KnownServer) =>
        capabilitiesOf(
          { memory, choose },
          { ...server, models: server.models.map((model) => overridden(server, model)) }
        )
      const upstream = yield* makeHttpUpstream(origin, { localOnly: options.localOnly ?? false })
      let last: KnownServer | undefined
      const look = Effect.suspend(() => probe(upstream, { path: pathname, headers, keys, last }))
      const watched = yield* watchUpstream(
        Effect.tap(look, (server) =>
          Effect.sync(() => {
            last = server
          })
        ),
        (server) => logFound(origin, server, describe(server))
      )
      const asking: Asking = { upstream, watched, memory, headers, keys, choose }
      return Backend.of({
        name: options.name ?? "openai",
        get model() {
          const server = watched.known()
          return server === undefined ? (options.model ?? "unknown") : describe(server).modelName
        },
        status: watched.status,
        errorPatience: options.errorPatience ?? "1200 millis",
        capabilities: Effect.map(watched.found, describe),
        countTokens: (conversation) => sizeOf(asking, conversation),
        generate: (conversation) => Stream.unwrap(askUpstream(asking, conversation))
      })
    })
  )

const capabilitiesOf = ({ memory, choose }: Pick<Asking, "memory" | "choose">, server: KnownServer): Capabilities => {
  const model = choose(server, { model: "" })
  const { toolForm, request } = memory.traits(server, model)
  return {
    modelName: model.id === "" ? unlisted : model.id,
    window: memory.window(model),
    ...(server.models.length < 2
      ? {}
      : { models: server.models.map((one) => ({ id: one.id, window: memory.window(one) })) }),
    toolForm,
    reasoning: model.reasoning ?? request.reasoningControl !== "none",
    images: request.images,
    reportsCache: memory.reportsCache(),
    estimatesTokens: true,
    family: "unknown"
  }
}

/** One line that says what was found, and one where something is wanting. */
const logFound = (origin: string, { kind, base }: KnownServer, { modelName, window, models = [] }: Capabilities) =>
  Effect.gen(function* () {
    yield* Effect.logInfo("upstream ready").pipe(
      Effect.annotateLogs({
        server: origin + base,
        kind: kind ?? "unknown",
        model: modelName,
        models: Math.max(1, models.length),
        window: window ?? "unknown"
      })
    )
    if (window === undefined)
      yield* Effect.logInfo("The upstream does not tell its context window; --window tells it to clients.")
  })
