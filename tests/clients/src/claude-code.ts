import type { Proxy } from "@pensieve/test-harness"
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { inject } from "vitest"

/** A scratch project with a home of its own, as a new user has it. */
export interface Workplace {
  readonly home: string
  readonly project: string
  readonly remove: () => void
}

/** Makes a workplace whose project holds the given files. */
export const makeWorkplace = (files: Readonly<Record<string, string>>): Workplace => {
  const root = mkdtempSync(join(tmpdir(), "pensieve-client-"))
  const home = join(root, "home")
  const project = join(root, "project")
  mkdirSync(home)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true })
    writeFileSync(join(project, name), content)
  }
  return { home, project, remove: () => rmSync(root, { recursive: true, force: true }) }
}

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

/** What a run of the client printed. */
export interface ClientRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the real client without a terminal. */
export const runClaude = (
  proxy: Proxy,
  workplace: Workplace,
  args: ReadonlyArray<string>,
  limitMs = 120_000
): Promise<ClientRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(inject("claudeCode"), args, {
      cwd: workplace.project,
      env: clientEnvironment(proxy, workplace),
      stdio: ["ignore", "pipe", "pipe"]
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    const timer = setTimeout(() => {
      child.kill("SIGKILL")
      reject(new Error(`the client ran longer than ${limitMs} ms\n${stdout}\n${stderr}\n${proxy.log()}`))
    }, limitMs)
    child.once("error", reject)
    child.once("close", (code) => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr })
    })
  })

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
