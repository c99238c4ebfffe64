import { Result, Schema } from "effect"
import { parse, stringify } from "yaml"
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

/** As far as we know it. @see https://github.com/musistudio/claude-code-router#configuration */
const RouterConfiguration = Schema.Struct({
  Providers: Schema.Array(Provider),
  Router: Schema.optionalKey(
    Schema.Struct({
      default: model,
      background: model,
      think: model,
      longContext: model,
      longContextThreshold: Schema.optionalKey(Schema.Number),
      webSearch: model,
      image: model
    })
  ),
  PORT: Schema.optionalKey(Schema.Union([Schema.Number, Schema.String])),
  HOST: Schema.optionalKey(Schema.String),
  APIKEY: Schema.optionalKey(Schema.String),
  PROXY_URL: Schema.optionalKey(Schema.String),
  CUSTOM_ROUTER_PATH: Schema.optionalKey(Schema.String)
})
type RouterConfiguration = typeof RouterConfiguration.Type

const decode = Schema.decodeUnknownResult(RouterConfiguration)

/** Converts a configuration of claude-code-router, JSON with or without comments; or says why it is none. */
export const importRouter = (source: string): Result.Result<ImportedConfiguration, string> => {
  const read = Result.try({
    try: (): unknown => parse(withoutComments(source)),
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

const converted = (configuration: RouterConfiguration): ImportedConfiguration => {
  const notes: Array<string> = []
  const names = new Map(configuration.Providers.map(({ name }) => [name, backendName(name)]))
  const backends = Object.fromEntries(
    configuration.Providers.map((provider) => [backendName(provider.name), backendOf(provider, notes)])
  )
  const router = routerOf(configuration, names, notes)
  notes.push(...leftOut(configuration))
  const file = { backends, ...(Object.keys(router).length === 0 ? {} : { router }) }
  return { text: stringify(file, { lineWidth: 0 }), notes }
}

/** A name without spaces and commas, as ours are. */
const backendName = (name: string): string =>
  name
    .trim()
    .replace(/[^\w.-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "") || "provider"

/** Google's own API, and the address at which it speaks OpenAI's. */
const gemini = /^(https:\/\/generativelanguage\.googleapis\.com\/v1beta)\/models\/?$/

const backendOf = ({ name, api_base_url: address, api_key: key, transformer }: Provider, notes: Array<string>) => {
  const isAnthropic = /\/v1\/messages\/?$/.test(address) || namesAnthropic(transformer)
  const url = address.replace(gemini, "$1/openai").replace(/\/(chat\/completions|v1\/messages)\/?$/, "")
  if (gemini.test(address)) notes.push(`${name}: asked in OpenAI's form, at ${url}.`)
  if (transformer !== undefined && !isAnthropic)
    notes.push(`${name}: its transformers are left out; Pensieve finds out by itself what a server takes.`)
  return {
    kind: isAnthropic ? "anthropic" : "openai",
    url,
    ...(key === undefined || key === "" ? {} : { key: keyOf(name, key, notes) })
  }
}

const namesAnthropic = (transformer: unknown): boolean => /"anthropic"/i.test(JSON.stringify(transformer) ?? "")

/** A variable stays one; a key that is written out becomes one, so that it is repeated nowhere. */
const keyOf = (name: string, key: string, notes: Array<string>): string => {
  const variable = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(key)?.[1]
  if (variable !== undefined) return `\${${variable}}`
  const own = `${backendName(name)
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
            ...(given.longContextThreshold === undefined ? {} : { threshold: given.longContextThreshold })
          }
        })
  }
}

/** What has no counterpart here. */
const leftOut = ({ PORT, HOST, APIKEY, PROXY_URL, CUSTOM_ROUTER_PATH }: RouterConfiguration): ReadonlyArray<string> => [
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
      ])
]
