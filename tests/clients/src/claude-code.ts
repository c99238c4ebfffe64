import type { Proxy } from "@pensieve/test-harness"
import { inject } from "vitest"
import { type ClientRun, runClient } from "./run-client.ts"
import type { Workplace } from "./workplace.ts"

/** The environment of a client: nothing of ours but the two variables a user sets. */
export const clientEnvironment = (proxy: Proxy, workplace: Workplace): Record<string, string> => ({
  HOME: workplace.home,
  PATH: process.env["PATH"] ?? "",
  TERM: "xterm-256color",
  // The client starts under any user here; it asks for this where the user is root.
  IS_SANDBOX: "1",
  ANTHROPIC_BASE_URL: proxy.base,
  ANTHROPIC_AUTH_TOKEN: proxy.token
})

/** Runs the real Claude Code without a terminal. */
export const runClaude = (proxy: Proxy, workplace: Workplace, args: ReadonlyArray<string>): Promise<ClientRun> =>
  runClient(proxy, { program: inject("claudeCode"), args, env: clientEnvironment(proxy, workplace), workplace })

/** One line of `--output-format stream-json`. */
export interface ClientEvent {
  readonly type: string
  readonly message?: { readonly content: string | ReadonlyArray<ClientBlock> }
  readonly result?: string
}

/** A content block as the client reports it. */
export interface ClientBlock {
  readonly type: string
  readonly name?: string
  readonly input?: unknown
  readonly content?: unknown
  readonly text?: string
}

/** The lines of `--output-format stream-json`. */
export const clientEvents = (run: ClientRun): ReadonlyArray<ClientEvent> =>
  run.stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): ClientEvent => JSON.parse(line))

/** All blocks of a kind that went by, in order. */
export const blocksOf = (run: ClientRun, type: string): ReadonlyArray<ClientBlock> =>
  clientEvents(run).flatMap((event) =>
    typeof event.message?.content === "object" ? event.message.content.filter((block) => block.type === type) : []
  )
