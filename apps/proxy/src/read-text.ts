import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { CommandFailure } from "./command-failure.ts"

const stdin = 0

/** The text of a file that was named on the command line; `-` is stdin. */
export const readText = (file: string): Effect.Effect<string, CommandFailure> =>
  Effect.try({
    try: () => readFileSync(file === "-" ? stdin : file, "utf8"),
    catch: () => new CommandFailure({ message: `${file} cannot be read.`, exitCode: 2 })
  })
