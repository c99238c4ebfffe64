import { codexFlags, codexTokenVariable } from "@pensieve/operations"
import { Effect } from "effect"
import { CommandFailure } from "../command-failure.ts"
import { asksForHelp, become } from "./become.ts"
import { findProgram } from "./find-program.ts"
import { readyProxy } from "./ready-proxy.ts"

/** Becomes Codex, with flags that lead it to the proxy. Nothing of the user's is changed. */
export const runCodex = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const program = findProgram("codex")
    if (program === undefined)
      return yield* new CommandFailure({
        message: "Codex is not installed: there is no `codex` in PATH. Install it: npm install -g @openai/codex",
        exitCode: 1
      })
    if (asksForHelp(args)) return yield* become(program, args, {})
    const { facts } = yield* readyProxy
    return yield* become(program, [...codexFlags(facts), ...args], { [codexTokenVariable]: facts.token })
  })
