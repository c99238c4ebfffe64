import type { Change, Json } from "./change.ts"

/** What a client must be told about the proxy. */
export interface ProxyFacts {
  /** As `http://127.0.0.1:7777`. */
  readonly baseUrl: string
  readonly token: string
  /** Tokens that fit the model; undefined where the server behind the proxy does not tell. */
  readonly window: number | undefined
  /** The model as the client shall name it; undefined where Anthropic's own models answer. */
  readonly modelName: string | undefined
}

/** Below this window Claude Code spends its time summarising; far below it gives up. */
export const comfortableWindow = 80_000

/** A local model may think for long before its first word. */
const requestTimeoutMs = 3_000_000
const silenceTimeoutMs = 1_800_000

/**
 * A model name for which Claude Code heeds the window variable: it ignores it for names it knows.
 *
 * @see wire contract, section 7.3
 */
export const clientModelName = (modelName: string): string =>
  `local-${modelName.replace(/.*\//, "").replace(/[^\w.-]+/g, "-")}`

/** The environment of Claude Code. @see wire contract, section 7.5 */
export const claudeCodeEnvironment = ({ baseUrl, token, window, modelName }: ProxyFacts): Record<string, string> => ({
  ANTHROPIC_BASE_URL: baseUrl,
  ANTHROPIC_AUTH_TOKEN: token,
  ...(modelName === undefined ? {} : localModelEnvironment(modelName)),
  ...(window === undefined ? {} : { CLAUDE_CODE_MAX_CONTEXT_TOKENS: String(window) }),
  CLAUDE_CODE_GATEWAY_HINT_HEADERS: "1",
  API_TIMEOUT_MS: String(requestTimeoutMs),
  CLAUDE_STREAM_IDLE_TIMEOUT_MS: String(silenceTimeoutMs)
})

const localModelEnvironment = (modelName: string): Record<string, string> => ({
  ANTHROPIC_MODEL: modelName,
  ANTHROPIC_DEFAULT_OPUS_MODEL: modelName,
  ANTHROPIC_DEFAULT_SONNET_MODEL: modelName,
  ANTHROPIC_DEFAULT_HAIKU_MODEL: modelName,
  ANTHROPIC_DEFAULT_FABLE_MODEL: modelName,
  CLAUDE_CODE_SUBAGENT_MODEL: modelName,
  CLAUDE_CODE_ATTRIBUTION_HEADER: "0",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1"
})

/**
 * A settings file for one run of Claude Code, which beats the user's own. Empty texts take his keys out of the way: Claude Code would send them
 * beside our token.
 */
export const claudeCodeRunSettings = (facts: ProxyFacts): Record<string, Json> => {
  const env = claudeCodeEnvironment(facts)
  return facts.modelName === undefined
    ? { env }
    : {
        env: { ...env, ANTHROPIC_API_KEY: "" },
        apiKeyHelper: "",
        permissions: { defaultMode: "default" }
      }
}

/** What goes into `settings.json`. Settings beat the shell's environment, so a stale export there does no harm. */
export const claudeCodeSettings = (facts: ProxyFacts): ReadonlyArray<Change> => [
  ...Object.entries(claudeCodeEnvironment(facts)).map(([name, value]): Change => ({ path: ["env", name], value })),
  ...(facts.modelName === undefined ? [] : localModelSettings)
]

/** Keys of other services are emptied, not removed: Claude Code would take them from the shell, and send them beside our token. */
const localModelSettings: ReadonlyArray<Change> = [
  { path: ["env", "ANTHROPIC_API_KEY"], value: "", onlyInstead: true },
  { path: ["apiKeyHelper"], value: "", onlyInstead: true },
  { path: ["permissions", "defaultMode"], value: "default" }
]

/** What goes into `.claude.json`: the questions of a first start, answered. */
export const claudeCodeState: ReadonlyArray<Change> = [
  { path: ["hasCompletedOnboarding"], value: true },
  { path: ["hasSeenAutoDefaultNudge"], value: true }
]
