import type { Capabilities } from "@pensieve/models"
import { Effect, Layer, Redacted, Stream } from "effect"
import { randomUUID } from "node:crypto"
import { Backend } from "../backend.ts"
import { makeHttpUpstream } from "../upstream/http-upstream.ts"
import { type UpstreamOptions, windowOf } from "../upstream/upstream-options.ts"
import { watchUpstream } from "../upstream/watch-upstream.ts"
import { askUpstream } from "./ask-upstream.ts"
import { basePath } from "./base-path.ts"
import { countTokens } from "./count-tokens.ts"
import type { KeySource } from "./credentials.ts"
import { type ListedModel, listModels } from "./list-models.ts"
import { passOn } from "./pass-on.ts"
import type { Calling } from "./upstream-call.ts"
import { asUpstreamFailure } from "./upstream-failure.ts"

/** What the backend is told. */
export interface AnthropicBackendOptions extends UpstreamOptions {
  /** Whose key the upstream gets; that of the environment unless told otherwise. */
  readonly keyFrom?: KeySource
  /** Further headers of every request. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The version that translated requests are written in. @see wire contract, section 0.1 */
const apiVersion = "2023-06-01"

/** The backend that asks a server with Anthropic's Messages API: its own clients are passed on, others translated. */
export const anthropicBackendLayer = (options: AnthropicBackendOptions): Layer.Layer<Backend> =>
  Layer.effect(
    Backend,
    Effect.gen(function* () {
      const { origin, pathname } = new URL(options.url)
      const { keyFrom = "environment", model, localOnly = false } = options
      const key = options.key === undefined ? undefined : Redacted.value(options.key)
      const base = basePath(pathname)
      const extraHeaders = lowerCase(options.headers ?? {})
      const ownHeaders = {
        "user-agent": "pensieve",
        "anthropic-version": apiVersion,
        // One program is one session to whatever counts or caches by it.
        "x-session-id": randomUUID()
      }
      const upstream = yield* makeHttpUpstream(origin, { localOnly })
      const look = listModels(upstream, {
        base,
        headers: { ...ownHeaders, ...(key === undefined ? {} : { "x-api-key": key }), ...extraHeaders },
        keys: key === undefined ? [] : [key],
        keyFrom
      })
      const watched = yield* watchUpstream(look, (models) =>
        Effect.annotateLogs(Effect.logInfo("upstream ready"), {
          server: origin + base,
          kind: "anthropic",
          models: models.length
        })
      )
      // A list that does not come: nothing of the request itself was sent.
      const models = Effect.mapError(watched.found, (error) => asUpstreamFailure(error, true))
      const calling: Calling = {
        upstream,
        models,
        known: () => watched.known() ?? [],
        lose: watched.lose,
        base,
        key,
        keyFrom,
        model,
        extraHeaders,
        ownHeaders
      }
      return Backend.of({
        name: options.name ?? "anthropic",
        get model() {
          return model ?? watched.known()?.[0]?.id ?? "unknown"
        },
        status: watched.status,
        // An error that a server tells at once keeps its status.
        errorPatience: "1 second",
        capabilities: Effect.map(models, (listed) => capabilitiesOf(listed, options)),
        countTokens: (conversation) => countTokens(calling, conversation),
        generate: (conversation) => Stream.unwrap(askUpstream(calling, conversation)),
        passThrough: (request) => passOn(calling, request)
      })
    })
  )

const lowerCase = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const capabilitiesOf = (listed: ReadonlyArray<ListedModel>, options: AnthropicBackendOptions): Capabilities => {
  const { model } = options
  const models = listed.map(({ id, window }) => ({ id, window: windowOf(options, id, window) }))
  const main = models.find((one) => one.id === model) ?? (model === undefined ? models[0] : undefined)
  return {
    modelName: model ?? main?.id ?? "default",
    window: main?.window ?? options.window,
    ...(models.length < 2 ? {} : { models }),
    toolForm: "native",
    reasoning: true,
    images: true,
    serverTools: true,
    reportsCache: true,
    family: "unknown"
  }
}
