import type { Change } from "./change.ts"
import { clientModelName, type ProxyFacts } from "./claude-code.ts"

/** The variable that Codex takes the token from. */
export const codexTokenVariable = "PENSIEVE_TOKEN"

/** Our name among Codex's model providers. */
const codexProvider = "pensieve"

/** How Codex reaches the proxy. It speaks Responses alone. @see wire contract, section 8 */
const providerOf = ({ baseUrl }: ProxyFacts): Record<string, string | number> => ({
  name: "Pensieve",
  base_url: `${baseUrl}/v1`,
  wire_api: "responses",
  stream_idle_timeout_ms: 1_800_000
})

const choiceOf = ({ modelName, window }: ProxyFacts): Record<string, string | number> => ({
  model: modelName ?? clientModelName("model"),
  model_provider: codexProvider,
  ...(window === undefined ? {} : { model_context_window: window })
})

/** What goes into `config.toml`. The token stands in it: the variable of `env_key` would have to be set in every shell. */
export const codexConfiguration = (facts: ProxyFacts): ReadonlyArray<Change> => [
  ...Object.entries(choiceOf(facts)).map(([key, value]): Change => ({ path: [key], value })),
  {
    path: ["model_providers", codexProvider],
    value: { ...providerOf(facts), experimental_bearer_token: facts.token }
  }
]

/** Flags of one run. A JSON text or number is TOML, too; the token is in a variable, since any process can read flags. */
export const codexFlags = (facts: ProxyFacts): ReadonlyArray<string> => {
  const provider = { ...providerOf(facts), env_key: codexTokenVariable }
  const settings = [
    ...Object.entries(choiceOf(facts)),
    ...Object.entries(provider).map(([key, value]) => [`model_providers.${codexProvider}.${key}`, value] as const)
  ]
  return settings.flatMap(([path, value]) => ["-c", `${path}=${JSON.stringify(value)}`])
}
