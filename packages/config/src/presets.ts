import type { Preset } from "./resolve.ts"
import type { Tree } from "./tree.ts"

/** The one variable a key is read from where no backend of the configuration holds one. */
export const upstreamKeyVariable = "PENSIEVE_UPSTREAM_KEY"

/** Servers at the addresses they listen on unless they are told otherwise. */
const servers: Readonly<Record<string, { readonly kind: "openai" | "anthropic"; readonly url: string }>> = {
  claude: { kind: "anthropic", url: "https://api.anthropic.com" },
  lmstudio: { kind: "openai", url: "http://localhost:1234" },
  "mlx-lm": { kind: "openai", url: "http://localhost:8080" },
  "vllm-mlx": { kind: "openai", url: "http://localhost:8000" },
  ollama: { kind: "openai", url: "http://localhost:11434" },
  llamacpp: { kind: "openai", url: "http://localhost:8080" },
  vllm: { kind: "openai", url: "http://localhost:8000" }
}

/** The modes that need no backend of the user's. */
export const presetNames: ReadonlyArray<string> = Object.keys(servers)

/**
 * The settings that a mode stands for: its backend, with the key of the environment. Anthropic's service takes the clients'
 * own keys where there is none. Undefined for a mode that is no preset.
 */
export const presetOf = (mode: string, env: Readonly<Record<string, string | undefined>>): Preset | undefined => {
  const server = Object.hasOwn(servers, mode) ? servers[mode] : undefined
  if (server === undefined) return undefined
  const key = env[upstreamKeyVariable]?.trim() ?? ""
  const credentials: Tree = key !== "" ? { key } : server.kind === "anthropic" ? { keyFrom: "client" } : {}
  return { name: mode, tree: { backends: { [mode]: { ...server, ...credentials } } } }
}
