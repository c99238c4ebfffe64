import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { freePort, places, until } from "@pensieve/test-harness"

/** Somebody who has just come, reads a document, and types its commands into a terminal in the folder of the checkout. */
export interface Reader {
  /** Types the commands of a block; gives what went wrong, which is nothing when all went well. One that runs a proxy in the foreground goes on in a terminal of its own, where the one before is ended by Ctrl-C. */
  readonly type: (commands: string) => Promise<string>
  /** Ends what he started. */
  readonly leave: () => Promise<void>
}

/** What a reader finds on the machine. */
export interface Desk {
  /** Where `npm install --global` installs to. */
  readonly prefix: string
  /** Path of the real Claude Code. */
  readonly claudeCode: string
}

/** Milliseconds for the commands of one block. */
const patienceMs = 240_000

/** A proxy in the foreground: the last command of its block, without `--detach`. */
const foreground =
  /^(npm start|pnpm --filter proxy start|(npm run pensieve --|pensieve) start)\b(?!.*--detach)[^\n]*\n$/

/** Makes a reader with an empty home folder. */
export const makeReader = async ({ prefix, claudeCode }: Desk): Promise<Reader> => {
  const home = mkdtempSync(join(tmpdir(), "pensieve-reader-"))
  mkdirSync(join(home, "bin"))
  symlinkSync(claudeCode, join(home, "bin/claude"))
  // What is answered with an error fails the command.
  writeFileSync(join(home, ".curlrc"), "fail-with-body\nsilent\nshow-error\n")
  const port = await freePort()
  const env = {
    PATH: [
      join(home, "bin"),
      join(prefix, "bin"),
      join(places.tools, "node_modules/.bin"),
      dirname(process.execPath),
      process.env["PATH"]
    ].join(delimiter),
    HOME: home,
    TERM: "dumb",
    PENSIEVE_PORT: String(port),
    PENSIEVE_VENV: join(places.bridge, ".venv"),
    MLX_DISABLE_COMPILE: "1",
    // Claude Code asks for this where the user is root.
    IS_SANDBOX: "1",
    npm_config_prefix: prefix,
    npm_config_update_notifier: "false"
  }
  const start = (commands: string): Typed =>
    typed(
      spawn("bash", ["-euo", "pipefail", "-c", commands.replaceAll("7777", String(port))], {
        cwd: places.root,
        env,
        stdio: ["ignore", "pipe", "pipe"],
        detached: true
      })
    )
  let running: Typed | undefined
  const interrupt = async () => {
    running?.interrupt()
    await running?.ended
    running = undefined
  }
  return {
    type: async (commands) => {
      if (foreground.test(commands)) {
        await interrupt()
        running = start(commands.replace(/--port \d+/, `--port ${await freePort()}`))
        return untilHealthy(running)
      }
      const { ended, interrupt: giveUp, said } = start(commands)
      const timer = setTimeout(giveUp, patienceMs)
      const code = await ended
      clearTimeout(timer)
      return code === 0 ? "" : `ended with ${code}:\n${said()}`
    },
    leave: async () => {
      await interrupt()
      await start("pensieve stop").ended
      rmSync(home, { recursive: true, force: true })
    }
  }
}

/** Commands that run, or ran. */
interface Typed {
  readonly ended: Promise<number | null>
  readonly said: () => string
  /** Ctrl-C: it goes to all that was started. */
  readonly interrupt: () => void
}

const typed = (child: ChildProcess): Typed => {
  let text = ""
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (piece: string) => (text += piece))
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)))
  const interrupt = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGINT")
  }
  return { ended, said: () => text, interrupt }
}

/** Gives why it does not become healthy, or nothing. */
const untilHealthy = async ({ ended, said }: Typed): Promise<string> => {
  let over = false
  void ended.then(() => (over = true))
  const gone = () => (over ? new Error(`the proxy ended:\n${said()}`) : undefined)
  try {
    const url = await until("the proxy listens", patienceMs, () => gone() ?? /listens on (http:\S+)/.exec(said())?.[1])
    await until(
      "the model is ready",
      patienceMs,
      async () => gone() ?? ((await fetch(`${url}/health`)).ok || undefined)
    )
    return ""
  } catch (error) {
    return String(error)
  }
}
