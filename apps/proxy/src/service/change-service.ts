import {
  findProxies,
  Home,
  type ServiceCommand,
  type ServicePlan,
  servicePlan,
  urlOf,
  writeAtomic
} from "@pensieve/operations"
import { Console, Effect, FileSystem } from "effect"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { CommandFailure } from "../command-failure.ts"
import { commandLine } from "../command-line.ts"
import { endAndTell } from "../life-cycle/stop-proxies.ts"
import { managedFlag } from "../managed-flag.ts"
import { readConfiguration } from "../read-configuration.ts"
import { configFlag, type GivenSettings, wordsOf } from "../setting-flags.ts"

/** A service manager that says nothing for this long is stuck. */
const commandMs = 30_000
const pollMs = 200
/** A proxy listens within a second; a machine may be busy. */
const patienceMs = 15_000

/** Makes the proxy a service of this user, which runs now and whenever they are logged in. */
export const installService = (given: GivenSettings) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const plan = yield* planFor(given)
    // What is wrong with the settings is told now, not in a log at the next login.
    yield* readConfiguration(given)
    yield* Effect.forEach(yield* findProxies, endAndTell)
    yield* fs.makeDirectory(dirname(plan.file), { recursive: true })
    yield* fs.makeDirectory((yield* Home).logsFolder, { recursive: true, mode: 0o700 })
    yield* writeAtomic(plan.file, plan.text)
    yield* Effect.tapError(runAll(plan.install), () => Effect.ignore(fs.remove(plan.file)))
    yield* Console.log(`Installed ${plan.file}.`)
    yield* tellWhenItRuns
  })

/** Takes the service away again; what it runs ends. */
export const removeService = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const plan = yield* planFor({})
  if (!existsSync(plan.file)) return yield* Console.log("No service is installed.")
  yield* runAll(plan.remove)
  yield* fs.remove(plan.file)
  yield* runAll(plan.removed)
  yield* Console.log(`Removed ${plan.file}.`)
})

const planFor = (given: GivenSettings) =>
  Effect.gen(function* () {
    const { root, logsFolder } = yield* Home
    const plan: ServicePlan | undefined = servicePlan(
      {
        words: [
          process.execPath,
          ...process.execArgv,
          process.argv[1] ?? "",
          "start",
          `--${managedFlag}`,
          ...wordsOf(absolute(given))
        ],
        // The hub, and a client that is called by a routing function, are found as in the user's shell.
        environment: { PENSIEVE_HOME: root, PATH: process.env["PATH"] ?? "" },
        log: join(logsFolder, "service.log")
      },
      {
        platform: process.platform,
        home: homedir(),
        configHome: process.env["XDG_CONFIG_HOME"],
        uid: process.getuid?.() ?? 0
      }
    )
    return plan === undefined
      ? yield* new CommandFailure({
          message: `Services are for launchd and systemd, and ${process.platform} has neither. Use \`${commandLine("start --detach")}\`.`,
          exitCode: 1
        })
      : plan
  })

/** Files that flags name; a service runs in no folder of the user's. */
const absolute = (given: GivenSettings): GivenSettings =>
  Object.fromEntries(
    Object.entries(given).map(([flag, value]) => [
      flag,
      flag === configFlag || (flag === "model" && existsSync(value)) ? resolve(value) : value
    ])
  )

const runAll = (commands: ReadonlyArray<ServiceCommand>) => Effect.forEach(commands, run, { discard: true })

const run = ({ words: [program, ...args], mayFail }: ServiceCommand): Effect.Effect<void, CommandFailure> =>
  Effect.callback<void, CommandFailure>((resume) => {
    execFile(program, args, { timeout: commandMs }, (error, _, stderr) => {
      if (error === null || mayFail) return resume(Effect.void)
      const why = "code" in error && error.code === "ENOENT" ? "it is not there" : stderr.trim() || error.message
      resume(
        Effect.fail(new CommandFailure({ message: `${[program, ...args].join(" ")} failed: ${why}`, exitCode: 1 }))
      )
    })
  })

const tellWhenItRuns = Effect.gen(function* () {
  for (let waited = 0; waited < patienceMs; waited += pollMs) {
    const [proxy] = yield* findProxies
    if (proxy !== undefined) return yield* Console.log(`It listens on ${urlOf(proxy.record)}.`)
    yield* Effect.sleep(pollMs)
  }
  const { logsFolder } = yield* Home
  return yield* new CommandFailure({
    message: `The service does not listen yet. Why stands in ${join(logsFolder, "service.log")}.`,
    exitCode: 1
  })
})
