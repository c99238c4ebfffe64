import { doubtful, bad, type Finding, formatBytes, good, Home, leftOut } from "@pensieve/operations"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs"
import { arch, cpus, platform } from "node:os"
import { promisify } from "node:util"
import { findProgram } from "../clients/find-program.ts"
import { commandLine } from "../command-line.ts"
import { places, pythonIsThere } from "../places.ts"
import { readConfiguration } from "../read-configuration.ts"
import { version } from "../version.ts"

const run = promisify(execFile)

/** A program that does not tell its version within this time is left alone. */
const versionMs = 10_000

/** Below this a cache, a log or a download soon fails. */
const littleDisk = 2e9

/** Looks at what is there before any proxy runs. */
export const lookAtMachine = Effect.gen(function* () {
  const clients = yield* Effect.all([clientVersion("claude"), clientVersion("codex")], { concurrency: 2 })
  return [
    good(
      "Pensieve",
      `version ${version}, on Node ${process.versions.node}, ${platform()} ${arch()} (${cpus()[0]?.model ?? "unknown"})`
    ),
    ...clients,
    yield* engineFound,
    ...(yield* homeFindings),
    yield* configurationFound
  ]
})

const clientVersion = (name: string): Effect.Effect<Finding> => {
  const program = findProgram(name)
  return program === undefined
    ? Effect.succeed(leftOut(name, "is not installed"))
    : Effect.promise(() =>
        run(program, ["--version"], { timeout: versionMs }).then(
          ({ stdout }) => good(name, stdout.trim().split("\n")[0] ?? ""),
          () =>
            doubtful(
              name,
              `${program} does not tell its version`,
              `Run it by itself, and install it anew if it does not start.`
            )
        )
      )
}

const engineFound: Effect.Effect<Finding> = Effect.suspend(() => {
  if (!pythonIsThere())
    return Effect.succeed(
      leftOut(
        "the engine",
        places.venvBy === "command"
          ? "its Python environment is made when a model of this machine is first asked for"
          : "its Python environment is not there: only other servers can answer"
      )
    )
  return Effect.promise(() =>
    run(places.python, ["-c", "import mlx.core, mlx_lm; print(mlx.core.__version__, mlx_lm.__version__)"], {
      timeout: versionMs * 3
    }).then(
      ({ stdout }) => good("the engine", `mlx and mlx-lm ${stdout.trim()}`),
      (error: Error) =>
        bad(
          "the engine",
          `its Python environment is damaged: ${error.message.split("\n").at(-2) ?? ""}`,
          `Delete ${places.venv}; the next start makes it anew.`
        )
    )
  )
})

const homeFindings = Effect.gen(function* () {
  const { root, tokenFile } = yield* Home
  const found: Array<Finding> = []
  try {
    accessSync(root, constants.W_OK)
    const mode = statSync(root).mode & 0o777
    found.push(
      (mode & 0o077) === 0
        ? good("state folder", root)
        : doubtful("state folder", `${root} can be read by others (${mode.toString(8)})`, `chmod 700 ${root}`)
    )
  } catch {
    found.push(bad("state folder", `${root} cannot be written`, "Name another one by PENSIEVE_HOME."))
  }
  if (existsSync(tokenFile) && (statSync(tokenFile).mode & 0o077) !== 0)
    found.push(doubtful("token", `${tokenFile} can be read by others`, `chmod 600 ${tokenFile}`))
  const { bavail, bsize } = statfsSync(root)
  const free = bavail * bsize
  const told = `${formatBytes(free)} free where ${root} is`
  found.push(
    free < littleDisk
      ? doubtful("disk", told, `Make room: ${commandLine("models list")} tells what models take.`)
      : good("disk", told)
  )
  return found
})

const configurationFound = Effect.gen(function* () {
  const { file, fromFile, value } = yield* readConfiguration()
  return good("configuration", `${fromFile ? file : "none, all by default"}; port ${value.port}`)
}).pipe(
  Effect.catchTag("CommandFailure", ({ message }) =>
    Effect.succeed(
      bad(
        "configuration",
        message.replaceAll("\npensieve: ", "; "),
        "Mend it; `pensieve config schema` tells editors what may stand there."
      )
    )
  )
)
