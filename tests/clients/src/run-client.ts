import type { Proxy } from "@pensieve/test-harness"
import { spawn } from "node:child_process"
import type { Workplace } from "./workplace.ts"

/** What a run of a client printed. */
export interface ClientRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What is run, and where. */
export interface ClientCommand {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly workplace: Workplace
}

/** Runs a real client without a terminal; the proxy's log tells the story when it takes too long. */
export const runClient = (
  proxy: Proxy,
  { program, args, env, workplace }: ClientCommand,
  limitMs = 120_000
): Promise<ClientRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: workplace.project, env, stdio: ["ignore", "pipe", "pipe"] })
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
