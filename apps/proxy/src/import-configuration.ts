import { importRouter } from "@pensieve/config"
import { Console, Effect, Result } from "effect"
import { CommandFailure } from "./command-failure.ts"
import { readText } from "./read-text.ts"

/** Prints a configuration of claude-code-router as one of ours; what needs a hand goes to stderr. */
export const importConfiguration = Effect.fn("importConfiguration")(function* (file: string) {
  const imported = importRouter(yield* readText(file))
  if (Result.isFailure(imported))
    return yield* new CommandFailure({ message: `${file} ${imported.failure}.`, exitCode: 2 })
  const { text, notes } = imported.success
  yield* Console.log(text.trimEnd())
  for (const note of notes) yield* Console.error(`pensieve: ${note}`)
})
