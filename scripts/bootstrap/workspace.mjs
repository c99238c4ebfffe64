import { existsSync, readFileSync, rmSync } from "node:fs"
import { Failure } from "./failure.mjs"
import { which } from "./processes.mjs"
import { fingerprint, readStamp, removeStamp, writeStamp } from "./stamp.mjs"
import { step } from "./steps.mjs"

/**
 * The pnpm the root's package.json names (in `devEngines`, where turbo looks for it too).
 * @param {string} root
 */
function pnpmVersion(root) {
  return JSON.parse(readFileSync(`${root}/package.json`, "utf8")).devEngines.packageManager.version
}

/**
 * Whether the JavaScript packages are there and made from today's lock file. Starts no process.
 * @param {import("./places.mjs").Places} places
 */
export function workspaceIsReady(places) {
  return existsSync(places.node) && readStamp(places.workspaceStamp) === workspaceFingerprint(places)
}

/**
 * Says that pnpm has finished, whoever started it.
 * @param {import("./places.mjs").Places} places
 */
export function stampWorkspace(places) {
  writeStamp(places.workspaceStamp, workspaceFingerprint(places))
}

/** @param {import("./places.mjs").Places} places */
function workspaceFingerprint({ root }) {
  return fingerprint([`${root}/pnpm-lock.yaml`, `${root}/pnpm-workspace.yaml`], [process.platform, process.arch])
}

/**
 * Brings pnpm into `.tools`, and with it the packages and Node 26.
 * @param {import("./places.mjs").Places} places
 * @param {{ env: NodeJS.ProcessEnv, print: (line: string) => void }} context
 */
export async function installWorkspace(places, { env, print }) {
  const options = { cwd: places.root, env, print }
  removeStamp(places.workspaceStamp)
  // Without this file pnpm looks at every link again, and so mends a half-made or half-removed node_modules.
  rmSync(places.workspaceState, { force: true })
  const version = pnpmVersion(places.root)
  if (!existsSync(places.pnpm) || readStamp(`${places.tools}/pnpm-stamp`) !== version) {
    await step(
      `Getting pnpm ${version}, the package manager`,
      [...npmCommand(env), "install", "--prefix", places.tools, "--no-save", "--no-package-lock", `pnpm@${version}`],
      { ...options, log: `${places.tools}/logs/pnpm.log` }
    )
    writeStamp(`${places.tools}/pnpm-stamp`, version)
  }
  await step("Installing the JavaScript packages and Node 26", [places.pnpm, "install", "--frozen-lockfile"], {
    ...options,
    log: `${places.tools}/logs/packages.log`
  })
  if (!existsSync(places.node)) {
    throw new Failure(
      "Node 26 did not arrive with the packages.",
      "Delete the folder node_modules and run the same command again."
    )
  }
  stampWorkspace(places)
}

/**
 * npm as the command that is running us started it, else the one in PATH.
 * @param {NodeJS.ProcessEnv} env
 */
function npmCommand(env) {
  const running = env.npm_execpath
  if (running !== undefined && /npm-cli\.c?js$/.test(running) && existsSync(running)) return [process.execPath, running]
  const npm = which("npm", env)
  if (npm === undefined) {
    throw new Failure(
      "npm is missing.",
      "Install Node 20 or newer from https://nodejs.org, which brings npm, and run this again."
    )
  }
  return [npm]
}
