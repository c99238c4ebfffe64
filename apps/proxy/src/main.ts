import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, Exit, Layer, Runtime } from "effect"
import { CliConfig, CliError, Command, GlobalFlag } from "effect/cli"
import { constants } from "node:os"
import { pensieve } from "./commands/pensieve.ts"
import { commandWords } from "./command-words.ts"
import { version } from "./version.ts"
import { managedFlag } from "./managed-flag.ts"

/** The built-in flags but `--log-level` (which is a setting of ours) and the wizard. */
const cliConfig = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })

/** A wrong call ends with code 2; what is wrong with it has been printed. */
const program = Command.runWith(pensieve, { version })(commandWords(process.argv.slice(2))).pipe(
  Effect.catchIf(CliError.isCliError, () => Effect.sync(() => process.exit(2))),
  Effect.provide(Layer.mergeAll(NodeServices.layer, cliConfig))
)

/**
 * Exit codes after a signal are those of a shell: 128 and the signal's number. The runtime itself knows that of Ctrl-C only. A service manager
 * would take such a code for a failure, and start the program again.
 */
const codeOfTermination = process.argv.includes(`--${managedFlag}`) ? 0 : 128 + constants.signals.SIGTERM
let terminated = false
process.once("SIGTERM", () => (terminated = true))

NodeRuntime.runMain(program, {
  disableErrorReporting: true,
  teardown: (exit, end) =>
    Runtime.defaultTeardown(exit, (code) => end(terminated && Exit.hasInterrupts(exit) ? codeOfTermination : code))
})
