import type { Proxy } from "@pensieve/test-harness"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { inject } from "vitest"
import { type ClientRun, runClient } from "./run-client.ts"
import type { Workplace } from "./workplace.ts"

/** What a user writes into `~/.codex/config.toml`. */
const configuration = (proxy: Proxy) => `model = "local-qwen"
model_provider = "local"

[model_providers.local]
name = "local"
base_url = "${proxy.base}/v1"
wire_api = "responses"
env_key = "PENSIEVE_TOKEN"
`

/** Runs the real Codex without a terminal. */
export const runCodex = (proxy: Proxy, workplace: Workplace, prompt: string): Promise<ClientRun> => {
  const settings = join(workplace.home, ".codex")
  mkdirSync(settings, { recursive: true })
  writeFileSync(join(settings, "config.toml"), configuration(proxy))
  return runClient(proxy, {
    program: inject("codex"),
    args: ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", prompt],
    env: { HOME: workplace.home, PATH: process.env["PATH"] ?? "", TERM: "xterm", PENSIEVE_TOKEN: proxy.token },
    workplace
  })
}
