import { spawnSync } from "node:child_process"
import { existsSync, rmSync } from "node:fs"
import { basename } from "node:path"
import { Failure } from "./failure.mjs"
import { which } from "./processes.mjs"
import { fingerprint, readStamp, removeStamp, writeStamp } from "./stamp.mjs"
import { step } from "./steps.mjs"

const oldestMinor = 11
const candidates = ["python3.14", "python3.13", "python3.12", "python3.11", "python3", "python"]

/** uv takes the system's certificates, as pip does: an organisation's own are there and nowhere else. The older name is for older releases. */
const systemCertificates = { UV_SYSTEM_CERTS: "true", UV_NATIVE_TLS: "true" }

/** @typedef {{ command: string, version: readonly [number, number], venv: boolean }} Python */

/**
 * Whether the Python environment is there and made from today's requirements. Starts no process.
 * @param {import("./places.mjs").EnginePlaces} places
 * @param {{ development: boolean }} wanted
 */
export function pythonIsReady(places, wanted) {
  if (!existsSync(places.python)) return false
  const stamp = readStamp(places.pythonStamp)
  return (
    stamp === pythonFingerprint(places, true) || (!wanted.development && stamp === pythonFingerprint(places, false))
  )
}

/**
 * @param {import("./places.mjs").EnginePlaces} places
 * @param {boolean} development
 */
function pythonFingerprint({ bridge }, development) {
  return fingerprint(requirementFiles(bridge, development), [development ? "development" : "use"])
}

/**
 * @param {string} bridge
 * @param {boolean} development
 */
function requirementFiles(bridge, development) {
  return development ? [`${bridge}/requirements.txt`, `${bridge}/requirements-dev.txt`] : [`${bridge}/requirements.txt`]
}

/**
 * Makes the engine's environment or brings it up to date. One without a stamp was interrupted and is made anew.
 * @param {import("./places.mjs").EnginePlaces} places
 * @param {{ development: boolean }} wanted
 * @param {{ env: NodeJS.ProcessEnv, print: (line: string) => void }} context
 */
export async function installPython(places, { development }, { env, print }) {
  const options = { cwd: places.bridge, env, print }
  const uv = which("uv", env)
  // Tools for tests, once installed, stay.
  const all = development || readStamp(places.pythonStamp) === pythonFingerprint(places, true)
  const whole = existsSync(places.python) && readStamp(places.pythonStamp) !== undefined
  if (whole) {
    removeStamp(places.pythonStamp)
  } else {
    const python = findPython(env, { uv: uv !== undefined })
    rmSync(places.venv, { recursive: true, force: true })
    const make =
      uv === undefined
        ? [python.command, "-m", "venv", places.venv]
        : [uv, "venv", "--python", python.command, places.venv]
    await step(
      `Making a Python ${python.version.join(".")} environment with ${uv === undefined ? "venv" : "uv"}`,
      make,
      {
        ...options,
        log: `${places.tools}/logs/venv.log`
      }
    )
  }
  const installer =
    uv === undefined
      ? [places.python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
      : [uv, "pip", "install", "--python", places.python]
  const files = requirementFiles(places.bridge, all)
  await step(
    `Installing ${files.map((file) => basename(file)).join(" and ")}`,
    [...installer, "--require-hashes", "--only-binary", ":all:", ...files.flatMap((file) => ["-r", file])],
    { ...options, env: { ...options.env, ...systemCertificates }, log: `${places.tools}/logs/requirements.log` }
  )
  writeStamp(places.pythonStamp, pythonFingerprint(places, all))
}

/**
 * The Python to build the environment with: PENSIEVE_PYTHON if set, else the first of the usual names that is new enough.
 * @param {NodeJS.ProcessEnv} env
 * @param {{ uv: boolean, probe?: (command: string, env: NodeJS.ProcessEnv) => Python | undefined }} options uv: it makes
 *   environments itself, so that the `venv` module is not needed
 * @returns {Python}
 */
export function findPython(env, { uv, probe = probePython }) {
  const chosen = env.PENSIEVE_PYTHON
  const found = (chosen ? [chosen] : candidates)
    .map((command) => probe(command, env))
    .filter((python) => python !== undefined)
  const recent = found.filter(({ version: [major, minor] }) => major === 3 && minor >= oldestMinor)
  const usable = recent.find(({ venv }) => venv || uv)
  if (usable !== undefined) return usable
  if (recent[0] !== undefined) {
    const [major, minor] = recent[0].version
    throw new Failure(
      `${recent[0].command} cannot make environments (its venv or ensurepip module is missing).`,
      `Run \`apt-get install python3-venv\` (or python${major}.${minor}-venv), and this again.`
    )
  }
  if (found[0] !== undefined) {
    const versions = found.map(({ command, version }) => `${command} is ${version.join(".")}`).join(", ")
    throw new Failure(
      `Python is too old (${versions}).`,
      "Install Python 3.11 or newer, or name one with PENSIEVE_PYTHON=/path/to/python3.12, and run this again."
    )
  }
  throw chosen
    ? new Failure(
        `PENSIEVE_PYTHON=${chosen} does not run.`,
        "Set it to a Python 3.11 or newer, or unset it, and run this again."
      )
    : new Failure(
        "Python is missing.",
        "Install Python 3.11 or newer (macOS: `brew install python`; Debian and Ubuntu: `apt-get install python3 python3-venv`) and run this again."
      )
}

const question =
  "import sys; print('%d.%d' % sys.version_info[:2]); from importlib.util import find_spec as f; print(all(map(f, ('venv', 'ensurepip'))))"

/**
 * Asks a Python for its version. A name that exists but does not run (a version manager's stand-in, say) is no Python.
 * @param {string} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Python | undefined}
 */
export function probePython(command, env) {
  const { stdout } = spawnSync(command, ["-c", question], { env, encoding: "utf8", timeout: 20_000 })
  const [, major, minor, venv] = /^(\d+)\.(\d+)\s*(True)?/.exec(stdout ?? "") ?? []
  if (major === undefined || minor === undefined) return undefined
  return { command, version: [Number(major), Number(minor)], venv: venv !== undefined }
}
