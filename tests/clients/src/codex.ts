import type { Proxy } from "@pensieve/test-harness"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { inject } from "vitest"
import { type ClientRun, runClient } from "./run-client.ts"
import type { Workplace } from "./workplace.ts"

/** What a user writes into `~/.codex/config.toml`. */
const configuration = (proxy: Proxy, settings: string) => `model = "local-qwen"
model_provider = "local"
${settings}

[model_providers.local]
name = "local"
base_url = "${proxy.base}/v1"
wire_api = "responses"
env_key = "PENSIEVE_TOKEN"
`

/** Runs the real Codex without a terminal; `settings` are further lines of its configuration. */
export const runCodex = (proxy: Proxy, workplace: Workplace, prompt: string, settings = ""): Promise<ClientRun> => {
  const folder = join(workplace.home, ".codex")
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "config.toml"), configuration(proxy, settings))
  return runClient(proxy, {
    program: inject("codex"),
    args: ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", prompt],
    env: { HOME: workplace.home, PATH: process.env["PATH"] ?? "", TERM: "xterm", PENSIEVE_TOKEN: proxy.token },
    workplace
  })
}
