import { clientModelName, type ProxyFacts } from "./claude-code.ts"

/** The variable that Codex takes the token from. */
export const codexTokenVariable = "PENSIEVE_TOKEN"

/** Our name among Codex's model providers. */
export const codexProvider = "pensieve"

/**
 * Codex's settings for the proxy, by dotted path. It speaks Responses alone.
 *
 * @see wire contract, section 8
 */
export const codexSettings = ({ baseUrl, window, modelName }: ProxyFacts): Record<string, string | number> => ({
  model: modelName ?? clientModelName("model"),
  model_provider: codexProvider,
  ...(window === undefined ? {} : { model_context_window: window }),
  [`model_providers.${codexProvider}.name`]: "Pensieve",
  [`model_providers.${codexProvider}.base_url`]: `${baseUrl}/v1`,
  [`model_providers.${codexProvider}.wire_api`]: "responses",
  [`model_providers.${codexProvider}.env_key`]: codexTokenVariable,
  [`model_providers.${codexProvider}.stream_idle_timeout_ms`]: 1_800_000
})

/** The same as flags of one run. A JSON text or number is TOML, too. */
export const codexFlags = (facts: ProxyFacts): ReadonlyArray<string> =>
  Object.entries(codexSettings(facts)).flatMap(([path, value]) => ["-c", `${path}=${JSON.stringify(value)}`])
