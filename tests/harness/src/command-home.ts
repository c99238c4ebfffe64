import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bundledCommand } from "./bundled-command.ts"

/** What a command printed, and how it ended. */
export interface CommandRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A user who has just come: an empty home folder, and the `pensieve` command. */
export interface CommandHome {
  /** `HOME`. */
  readonly folder: string
  /** `PENSIEVE_HOME`. */
  readonly state: string
  readonly env: Readonly<Record<string, string>>
  /** The program and its first argument. */
  readonly program: readonly [string, string]
  /** Runs the command to its end. */
  readonly run: (args: ReadonlyArray<string>, options?: RunOptions) => Promise<CommandRun>
  /** Names in a folder of the state folder. */
  readonly names: (folder: string) => ReadonlyArray<string>
  /** Ends every proxy of this home and removes it. */
  readonly close: () => Promise<void>
}

/** How one command is run. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What it reads from stdin; nothing unless told otherwise. */
  readonly input?: string
  /** Milliseconds after which it is killed; a minute unless told otherwise. */
  readonly limitMs?: number
}

/** Makes a home. */
export const makeCommandHome = async (env: Readonly<Record<string, string>> = {}): Promise<CommandHome> => {
  const main = await bundledCommand()
  const folder = mkdtempSync(join(tmpdir(), "pensieve-user-"))
  const state = join(folder, ".pensieve")
  const environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    PENSIEVE_HOME: state,
    MLX_DISABLE_COMPILE: "1",
    // Many homes, one program: each would have to compile it anew.
    NODE_COMPILE_CACHE: join(tmpdir(), "pensieve-compile-cache"),
    ...env
  }
  const run = (args: ReadonlyArray<string>, options: RunOptions = {}): Promise<CommandRun> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [main, ...args], {
        env: { ...environment, ...options.env },
        cwd: options.cwd ?? folder,
        stdio: ["pipe", "pipe", "pipe"]
      })
      let stdout = ""
      let stderr = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
      const timer = setTimeout(() => child.kill("SIGKILL"), options.limitMs ?? 60_000)
      child.stdin.on("error", () => undefined).end(options.input ?? "")
      child.once("error", reject)
      child.once("close", (code) => {
        clearTimeout(timer)
        resolve({ code, stdout, stderr })
      })
    })
  const names = (inside: string): ReadonlyArray<string> => {
    try {
      return readdirSync(join(state, inside)).sort()
    } catch {
      return []
    }
  }
  const close = async () => {
    if (names("run").length > 0) await run(["stop"])
    rmSync(folder, { recursive: true, force: true })
  }
  return { folder, state, env: environment, program: [process.execPath, main], run, names, close }
}
