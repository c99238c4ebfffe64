import { spawn } from "node:child_process"
import { accessSync, constants, createWriteStream, mkdirSync, statSync } from "node:fs"
import { constants as os } from "node:os"
import { delimiter, dirname, join } from "node:path"

/**
 * The first executable of that name in PATH.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
export function which(name, env) {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name)
    if (folder !== "" && isExecutable(file)) return file
  }
  return undefined
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/**
 * Runs a command quietly; its output goes to a log file.
 * @param {ReadonlyArray<string>} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, log: string }} options
 * @returns {Promise<{ code: number, output: string }>} the exit code (127: it cannot be started) and the last part of the output
 */
export function capture([file = "", ...args], { cwd, env, log }) {
  mkdirSync(dirname(log), { recursive: true })
  const sink = createWriteStream(log)
  let output = ""
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] })
    const release = passSignals(child, false)
    const take = (/** @type {Buffer} */ bytes) => {
      sink.write(bytes)
      output = (output + bytes).slice(-100_000)
    }
    child.stdout.on("data", take)
    child.stderr.on("data", take)
    const end = (/** @type {number} */ code) => {
      release()
      sink.end(() => resolve({ code, output }))
    }
    child.once("error", (error) => {
      take(Buffer.from(`${error.message}\n`))
      end(127)
    })
    child.once("close", (code, signal) => {
      if (signal === "SIGINT" || signal === "SIGTERM") process.exit(exitCode(code, signal))
      end(exitCode(code, signal))
    })
  })
}

/**
 * Runs a command in the foreground with our own input and output.
 * @param {ReadonlyArray<string>} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} the exit code
 */
export function handOver([file = "", ...args], { cwd, env }) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: "inherit" })
    const release = passSignals(child, process.stdin.isTTY === true)
    const end = (/** @type {number} */ code) => {
      release()
      resolve(code)
    }
    child.once("error", (error) => {
      console.error(`pensieve: ${file} cannot be started: ${error.message}`)
      end(127)
    })
    child.once("exit", (code, signal) => end(exitCode(code, signal)))
  })
}

/**
 * A signal sent to us reaches the child. Ctrl-C in a terminal already goes to the whole process group, so it is not sent twice.
 * @param {import("node:child_process").ChildProcess} child
 * @param {boolean} terminal
 */
function passSignals(child, terminal) {
  /** @type {Array<NodeJS.Signals>} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
  const pass = (/** @type {NodeJS.Signals} */ signal) => {
    if (!(terminal && signal === "SIGINT")) child.kill(signal)
  }
  for (const signal of signals) process.on(signal, pass)
  return () => {
    for (const signal of signals) process.off(signal, pass)
  }
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function exitCode(code, signal) {
  return code ?? 128 + (signal === null ? 0 : os.signals[signal])
}
