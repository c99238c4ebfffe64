import { existsSync } from "node:fs"
import { delimiter } from "node:path"
import { Failure } from "./failure.mjs"
import { withLock } from "./lock.mjs"
import { placesOf } from "./places.mjs"
import { handOver } from "./processes.mjs"
import { installPython, pythonIsReady } from "./python.mjs"
import { runAllTests } from "./tests.mjs"
import { installWorkspace, stampWorkspace, workspaceIsReady } from "./workspace.mjs"

const places = placesOf()
const print = (/** @type {string} */ line) => console.error(line)

/** The environment of everything we start: our tools first in PATH, and nothing that reports home. */
const env = {
  ...process.env,
  PATH: [...places.bins, process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
  DO_NOT_TRACK: "1"
}

/** Where the user stood when he called npm or pnpm, so that relative paths among the flags mean what he meant. */
const cwd =
  process.env.INIT_CWD !== undefined && existsSync(process.env.INIT_CWD) ? process.env.INIT_CWD : process.cwd()

/** @type {Record<string, (args: ReadonlyArray<string>) => Promise<number>>} */
const verbs = {
  /** The proxy, with the user's flags. */
  start: (args) => pensieve(["start", ...args]),
  /** The `pensieve` command. */
  pensieve,
  /** Every test there is. */
  test: async () => {
    if (process.env.PENSIEVE_TESTING === "1")
      throw new Failure("The tests started themselves.", "A package's test script calls `npm test`: mend that one.")
    await ensure({ python: "development" })
    return runAllTests(places, { ...env, PENSIEVE_TESTING: "1" })
  },
  /** Only the installation. */
  install,
  /** The root's postinstall script: pnpm has done its part; npm and yarn have no part, so we do it for them. */
  installed: async () => {
    if ((process.env.npm_config_user_agent ?? "").startsWith("pnpm/")) {
      stampWorkspace(places)
      return 0
    }
    return install()
  },
  /** A development tool: `run oxlint --fix`. */
  run: async (args) => {
    await ensure({})
    return handOver(args, { cwd: places.root, env })
  },
  /** The bridge's Python with its development tools: `python -m ruff check`. */
  python: async (args) => {
    await ensure({ python: "development" })
    return handOver([places.python, ...args], { cwd: places.bridge, env })
  }
}

/** @param {ReadonlyArray<string>} args */
async function pensieve(args) {
  await ensure({ python: "use" })
  return handOver([places.node, places.main, ...args], {
    cwd,
    env: { ...env, NODE_COMPILE_CACHE: places.compileCache }
  })
}

async function install() {
  await ensure({ python: "use" })
  print("Ready: `npm start` starts the proxy.")
  return 0
}

/**
 * Installs what is missing. When nothing is, this reads a few small files and starts no process.
 * @param {{ python?: "use" | "development" }} needs
 */
async function ensure({ python }) {
  const development = python === "development"
  const ready = () => workspaceIsReady(places) && (python === undefined || pythonIsReady(places, { development }))
  if (ready()) return
  if (process.platform === "win32") {
    throw new Failure(
      "Windows itself is not supported.",
      "Run Pensieve inside WSL (https://learn.microsoft.com/windows/wsl)."
    )
  }
  print("Pensieve: installing what is missing, inside this folder")
  const since = Date.now()
  await withLock(`${places.tools}/lock`, print, async () => {
    const context = { env: process.env, print }
    if (!workspaceIsReady(places)) await installWorkspace(places, context)
    if (python !== undefined && !pythonIsReady(places, { development }))
      await installPython(places, { development }, context)
  })
  print(`Installed in ${((Date.now() - since) / 1000).toFixed(0)} s`)
}

/** @param {ReadonlyArray<string>} argv a verb, then its arguments */
export async function main([verb = "", ...rest]) {
  const args = rest[0] === "--" ? rest.slice(1) : rest
  const action = verbs[verb]
  if (action === undefined) {
    print(`pensieve: unknown verb "${verb}". Verbs: ${Object.keys(verbs).join(", ")}.`)
    process.exitCode = 2
    return
  }
  try {
    process.exitCode = await action(args)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    print(`pensieve: ${error.message}`)
    process.exitCode = 1
  }
}
