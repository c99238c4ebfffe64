import { places, type Proxy } from "@pensieve/test-harness"
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { inject } from "vitest"
import { clientEnvironment } from "./claude-code.ts"
import type { Workplace } from "./workplace.ts"

const run = promisify(execFile)
const driver = fileURLToPath(new URL("terminal.py", import.meta.url))

/** Waits for a text on the terminal, then types a line. */
export interface TerminalStep {
  readonly await: string
  readonly type?: string
}

/** What the terminal showed; `ok` when every step was reached. */
export interface TerminalResult {
  readonly ok: boolean
  readonly step: number
  readonly text: string
}

/** What runs in a terminal, and where. */
export interface TerminalCommand {
  readonly command: ReadonlyArray<string>
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Runs a program in a pseudo-terminal. */
export const runInTerminal = async (
  command: TerminalCommand,
  steps: ReadonlyArray<TerminalStep>,
  limit = 120
): Promise<TerminalResult> => {
  const { stdout } = await run(places.python, [driver, JSON.stringify({ ...command, steps, limit })], {
    timeout: (limit + 30) * 1000,
    maxBuffer: 64 * 1024 * 1024
  })
  return JSON.parse(stdout) as TerminalResult
}

/** Leaves out what the client asks on its first start. */
export const knowsTheClient = ({ home, project }: Workplace): void =>
  writeFileSync(
    join(home, ".claude.json"),
    JSON.stringify({
      hasCompletedOnboarding: true,
      hasSeenAutoDefaultNudge: true,
      projects: { [project]: { hasTrustDialogAccepted: true } }
    })
  )

/** Runs the real Claude Code in a pseudo-terminal. */
export const runClaudeInTerminal = (
  proxy: Proxy,
  workplace: Workplace,
  steps: ReadonlyArray<TerminalStep>
): Promise<TerminalResult> =>
  runInTerminal(
    { command: [inject("claudeCode")], cwd: workplace.project, env: clientEnvironment(proxy, workplace) },
    steps
  )
