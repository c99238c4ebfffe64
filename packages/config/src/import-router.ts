import { Result, Schema } from "effect"
import { parse, stringify } from "yaml"
import { isLoopback } from "./upstream-address.ts"
import { withoutComments } from "./without-comments.ts"

/** A configuration of claude-code-router as one of ours. */
export interface ImportedConfiguration {
  /** The text of a configuration file. */
  readonly text: string
  /** What could not be taken over, or needs a hand; a sentence each. */
  readonly notes: ReadonlyArray<string>
}

const Provider = Schema.Struct({
  name: Schema.String,
  api_base_url: Schema.String,
  api_key: Schema.optionalKey(Schema.String),
  transformer: Schema.optionalKey(Schema.Unknown)
})
type Provider = typeof Provider.Type

const model = Schema.optionalKey(Schema.NullOr(Schema.String))

/** Numbers may be texts: they often come from variables. */
const number = Schema.optionalKey(Schema.Union([Schema.Number, Schema.String]))

/** As far as we know it. @see https://github.com/musistudio/claude-code-router#configuration */
const RouterConfiguration = Schema.Struct({
  Providers: Schema.Array(Provider),
  Router: Schema.optionalKey(
    Schema.Struct({
      default: model,
      background: model,
      think: model,
      longContext: model,
      longContextThreshold: number,
      webSearch: model,
      image: model
    })
  ),
  PORT: number,
  HOST: Schema.optionalKey(Schema.String),
  APIKEY: Schema.optionalKey(Schema.String),
  PROXY_URL: Schema.optionalKey(Schema.String),
  CUSTOM_ROUTER_PATH: Schema.optionalKey(Schema.String),
  transformers: Schema.optionalKey(Schema.Unknown),
  fallback: Schema.optionalKey(Schema.Unknown)
})
type RouterConfiguration = typeof RouterConfiguration.Type

const decode = Schema.decodeUnknownResult(RouterConfiguration)

/** Converts a configuration of claude-code-router, JSON with or without comments; or says why it is none. */
export const importRouter = (source: string): Result.Result<ImportedConfiguration, string> => {
  const read = Result.try({
    // People write remarks as keys, the same one more than once.
    try: (): unknown => withProviders(parse(withoutComments(source), { uniqueKeys: false })),
    catch: (cause) => `is no JSON: ${String(cause instanceof Error ? cause.message : cause).split("\n")[0]}`
  })
  return Result.flatMap(read, (value) =>
    Result.mapBoth(decode(value), {
      onSuccess: converted,
      onFailure: () =>
        "is no configuration of claude-code-router: it needs a list `Providers`, each with `name` and `api_base_url`"
    })
  )
}

/** The list may be called `providers` as well. */
const withProviders = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !("Providers" in value) && "providers" in value
    ? { ...value, Providers: value.providers }
    : value

const converted = (configuration: RouterConfiguration): ImportedConfiguration => {
  const notes: Array<string> = []
  const names = backendNames(configuration.Providers)
  const backends = Object.fromEntries(
    configuration.Providers.map((provider) => {
      const name = names.get(provider.name) ?? provider.name
      return [name, backendOf(name, provider, notes)]
    })
  )
  const router = routerOf(configuration, names, notes)
  notes.push(...leftOut(configuration))
  const file = { backends, ...(Object.keys(router).length === 0 ? {} : { router }) }
  return { text: stringify(file, { lineWidth: 0 }), notes }
}

/** Our name for each provider, no two the same. */
const backendNames = (providers: ReadonlyArray<Provider>): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const { name } of providers) {
    if (names.has(name)) continue
    const own = backendName(name)
    let free = own
    for (let count = 2; taken.has(free); count++) free = `${own}-${count}`
    taken.add(free)
    names.set(name, free)
  }
  return names
}

/** A name without spaces and commas, as ours are. */
const backendName = (name: string): string =>
  name
    .trim()
    .replace(/[^\w.-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "") || "provider"

/** Google's own API, and the address at which it speaks OpenAI's. */
const gemini = /^(https:\/\/generativelanguage\.googleapis\.com\/v1beta)\/models\/?$/

const backendOf = (
  name: string,
  { api_base_url: address, api_key: key = "", transformer }: Provider,
  notes: Array<string>
) => {
  const isOpenai = /\/chat\/completions\/?$/.test(address)
  const isAnthropic = /\/v1\/messages\/?$/.test(address) || (!isOpenai && namesAnthropic(transformer))
  const url = address.replace(gemini, "$1/openai").replace(/\/(chat\/completions|v1\/messages)\/?$/, "")
  if (gemini.test(address)) notes.push(`${name}: asked in OpenAI's form, at ${url}.`)
  if (transformer !== undefined && !isAnthropic)
    notes.push(`${name}: its transformers are left out; Pensieve finds out by itself what a server takes.`)
  const placeholder = isPlaceholder(key, url)
  if (placeholder) notes.push(`${name}: its key is left out; most servers of this machine want none.`)
  return {
    kind: isAnthropic ? "anthropic" : "openai",
    url,
    ...(key === "" || placeholder ? {} : { key: keyOf(name, key, notes) })
  }
}

/** Servers of this machine mostly take any key, and clients want one: `ollama`, `lm-studio`, `EMPTY`. */
const isPlaceholder = (key: string, url: string): boolean => isLoopback(url) && /^[\w-]{1,15}$/.test(key)

const namesAnthropic = (transformer: unknown): boolean => /"anthropic"/i.test(JSON.stringify(transformer) ?? "")

/** A variable stays one; a key that is written out becomes one, so that it is repeated nowhere. */
const keyOf = (name: string, key: string, notes: Array<string>): string => {
  const variable = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(key)?.[1]
  if (variable !== undefined) return `\${${variable}}`
  const own = `${name
    .toUpperCase()
    .replace(/\W/g, "_")
    .replace(/^(?=\d)/, "_")}_KEY`
  notes.push(`${name}: put its key into the variable ${own}.`)
  return `\${${own}}`
}

const routerOf = (
  { Router: given = {} }: RouterConfiguration,
  names: ReadonlyMap<string, string>,
  notes: Array<string>
): Record<string, unknown> => {
  const scenarios = ["default", "background", "think", "webSearch", "image"] as const
  const referenceOf = (scenario: string, value: string | null | undefined): string | undefined => {
    if (value === undefined || value === null || value.trim() === "") return undefined
    const [provider = "", ...rest] = value.split(",")
    const name = names.get(provider.trim())
    if (name !== undefined && rest.length > 0) return `${name},${rest.join(",").trim()}`
    notes.push(`Router.${scenario}: "${value}" names no provider; it is left out.`)
    return undefined
  }
  const longContext = referenceOf("longContext", given.longContext)
  const threshold = thresholdOf(given.longContextThreshold, notes)
  return {
    ...Object.fromEntries(
      scenarios.flatMap((scenario) => {
        const reference = referenceOf(scenario, given[scenario])
        return reference === undefined ? [] : [[scenario, reference]]
      })
    ),
    ...(longContext === undefined
      ? {}
      : {
          longContext: {
            model: longContext,
            ...(threshold === undefined ? {} : { threshold })
          }
        })
  }
}

const thresholdOf = (given: number | string | undefined, notes: Array<string>): number | undefined => {
  const threshold = Number(given)
  if (given === undefined) return undefined
  if (Number.isInteger(threshold) && threshold >= 1000) return threshold
  notes.push(`Router.longContextThreshold: "${given}" is no number of tokens from 1000 on; it is left out.`)
  return undefined
}

/** What has no counterpart here. */
const leftOut = ({
  PORT,
  HOST,
  APIKEY,
  PROXY_URL,
  CUSTOM_ROUTER_PATH,
  transformers,
  fallback
}: RouterConfiguration): ReadonlyArray<string> => [
  ...(PORT === undefined ? [] : [`PORT: start Pensieve with --port ${PORT} if clients are to find it there.`]),
  ...(HOST === undefined ? [] : ["HOST: Pensieve listens on this machine only."]),
  ...(APIKEY === undefined
    ? []
    : ["APIKEY: Pensieve has a token of its own; put this one into PENSIEVE_TOKEN to keep it."]),
  ...(PROXY_URL === undefined ? [] : ["PROXY_URL: Pensieve asks servers directly."]),
  ...(CUSTOM_ROUTER_PATH === undefined
    ? []
    : [
        `CUSTOM_ROUTER_PATH: rewrite ${CUSTOM_ROUTER_PATH} as a module with a default export that takes the facts of a request, and name it as router.function.`
      ]),
  ...(transformers === undefined ? [] : ["transformers: Pensieve runs none of them."]),
  ...(fallback === undefined
    ? []
    : ["fallback: name who is to stand in as `fallbacks` of a model under `models`, and that model under `router`."])
]
