import { claudeCodeRunSettings, Home, writeAtomic } from "@pensieve/operations"
import { Console, Effect, Path } from "effect"
import { createHash } from "node:crypto"
import { CommandFailure } from "../command-failure.ts"
import { asksForHelp, become } from "./become.ts"
import { findProgram } from "./find-program.ts"
import { readyProxy } from "./ready-proxy.ts"
import { mergeSettings, takeSettings } from "./user-settings.ts"
import { windowWarning } from "./window-warning.ts"

/** Keys that the shell may hold for another service. Claude Code would send them beside our token. */
const foreignKeys = [
  "ANTHROPIC_API_KEY",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_USE_FOUNDRY"
]

/** Becomes Claude Code, with settings of this one run that lead it to the proxy. Nothing of the user's is changed. */
export const runClaude = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const program = findProgram("claude")
    if (program === undefined)
      return yield* new CommandFailure({
        message:
          "Claude Code is not installed: there is no `claude` in PATH. Install it: npm install -g @anthropic-ai/claude-code",
        exitCode: 1
      })
    if (asksForHelp(args)) return yield* become(program, args, {})
    const { given, rest } = yield* takeSettings(args)
    const { facts } = yield* readyProxy
    const settings = mergeSettings(given, claudeCodeRunSettings(facts))
    const file = yield* keepSettings(JSON.stringify(settings, undefined, 2))
    const warning = windowWarning(facts)
    if (warning !== undefined) yield* Console.error(`pensieve: ${warning}`)
    const without = facts.modelName === undefined ? [] : foreignKeys
    return yield* become(
      program,
      ["--settings", file, ...rest],
      Object.fromEntries(without.map((name) => [name, undefined]))
    )
  })

/** Claude Code reads the file again while it runs, so it stays; the same settings are the same file. */
const keepSettings = (text: string) =>
  Effect.gen(function* () {
    const { join } = yield* Path.Path
    const { runFolder } = yield* Home
    const file = join(runFolder, `claude-code-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.json`)
    yield* writeAtomic(file, `${text}\n`)
    return file
  })
