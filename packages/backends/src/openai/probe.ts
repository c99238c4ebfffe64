import type { BackendError } from "@pensieve/errors"
import { openaiChat } from "@pensieve/translator"
import { Effect, Option } from "effect"
import type { HttpUpstream } from "../upstream/http-upstream.ts"
import { getJson, listBytes, lookPatience, notNow, parsedJson } from "../upstream/look.ts"
import { basePaths, rootOf } from "./base-path.ts"
import type { Ask, Quirk } from "./quirk.ts"
import { quirks } from "./quirks.ts"
import { type Traits, unknownServer, withTraits } from "./traits.ts"
import { listedModel, type ModelList, modelEntries, type UpstreamModel } from "./upstream-model.ts"

/** What the probe found out. */
export interface KnownServer {
  /** Name of the quirk, or undefined for a server nobody knows. */
  readonly kind: string | undefined
  /** Path before `/chat/completions`. */
  readonly base: string
  /** Empty where the server does not tell: then a client's own model names go to it as they are. */
  readonly models: ReadonlyArray<UpstreamModel>
  readonly traits: Traits
}

/** Where and how to ask. */
export interface ProbeOptions {
  /** Path of the address the user gave. */
  readonly path: string
  /** Headers of every request: the key. */
  readonly headers: Readonly<Record<string, string>>
  readonly keys: ReadonlyArray<string>
  /** What the probe before this one found: a server nobody knew is not asked for its kind again. */
  readonly last: KnownServer | undefined
}

interface Listed {
  readonly base: string
  readonly list: ModelList
}

/** Looks at a server: its models, what kind it is, what it takes. Nothing is generated and no model loaded. */
export const probe = (upstream: HttpUpstream, options: ProbeOptions): Effect.Effect<KnownServer, BackendError> =>
  Effect.gen(function* () {
    const { base, list } = yield* listModels(upstream, options)
    const ask = askOf(upstream, rootOf(base), options.headers)
    const unknown = { kind: undefined, base, models: list.entries.map(listedModel), traits: unknownServer }
    const known = yield* Effect.timeoutOption(recognise(ask, base, list, options.last), lookPatience)
    return Option.getOrUndefined(known) ?? unknown
  })

const recognise = (
  ask: Ask,
  base: string,
  list: ModelList,
  last: KnownServer | undefined
): Effect.Effect<KnownServer | undefined> =>
  Effect.gen(function* () {
    for (const quirk of suspects(list, last)) {
      const models = yield* quirk.inspect(ask, list)
      if (models !== undefined)
        return { kind: quirk.name, base, models, traits: withTraits(unknownServer, quirk.traits) }
    }
    return undefined
  })

/** Servers that look like one kind are asked as that first; a service in the net is not asked questions it does not know. */
const suspects = (list: ModelList, last: KnownServer | undefined): ReadonlyArray<Quirk> => {
  const likely = quirks.filter((quirk) => quirk.signs(list))
  if (list.entries.length === 0 && likely.length === 0) return []
  const reticent = list.server.startsWith("https:") || (last !== undefined && last.kind === undefined)
  return reticent ? likely : [...likely, ...quirks.filter((quirk) => !likely.includes(quirk))]
}

/** The first place of the address where a model list is. A server without one is taken at its word: `/v1`. */
const listModels = (upstream: HttpUpstream, options: ProbeOptions): Effect.Effect<Listed, BackendError> =>
  Effect.gen(function* () {
    const bases = basePaths(options.path)
    let serverHeader = ""
    for (const base of bases) {
      const { status, headers, body, text } = yield* getJson(upstream, `${base}/models`, options.headers)
      const entries = status === 200 ? modelEntries(body) : undefined
      serverHeader = headers.server ?? ""
      if (entries !== undefined) return { base, list: { entries, server: upstream.server, serverHeader } }
      if (status === 401 || status === 403 || status >= 500)
        return yield* notNow(openaiChat.decodeError(status, text), options.keys)
    }
    return { base: bases[0], list: { entries: [], server: upstream.server, serverHeader } }
  })

const askOf = (upstream: HttpUpstream, root: string, headers: Readonly<Record<string, string>>): Ask => {
  const ask = (method: "GET" | "POST", path: string, body?: unknown): Effect.Effect<unknown> =>
    Effect.scoped(
      Effect.gen(function* () {
        const response = yield* upstream.send({
          method,
          path: root + path,
          headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) })
        })
        const text = yield* response.text(listBytes)
        return response.status === 200 ? parsedJson(text) : undefined
      })
    ).pipe(
      Effect.timeout(lookPatience),
      Effect.catch(() => Effect.succeed(undefined))
    )
  // Several kinds of server are told apart by the same question.
  const asked = new Map<string, unknown>()
  return {
    get: (path) =>
      asked.has(path)
        ? Effect.sync(() => asked.get(path))
        : Effect.tap(ask("GET", path), (answer) => Effect.sync(() => asked.set(path, answer))),
    post: (path, body) => ask("POST", path, body)
  }
}
