import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { verb } from "../verb.ts"

const importFile = Command.make(
  "import",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("claude-code-router's config.json, usually in ~/.claude-code-router; - for stdin.")
    )
  },
  Effect.fn("config import")(function* ({ file }) {
    const { importConfiguration } = yield* Effect.promise(() => import("../import-configuration.ts"))
    return yield* verb(importConfiguration(file))
  })
).pipe(
  Command.withDescription("Print a configuration of claude-code-router as one of Pensieve's."),
  Command.withExamples([
    {
      command: "pensieve config import ~/.claude-code-router/config.json > ~/.pensieve/config.yaml",
      description: "Take it over"
    }
  ])
)

/** `pensieve config`: what the program is told. */
export const config = Command.make("config").pipe(
  Command.withDescription("What Pensieve is told."),
  Command.withSubcommands([importFile])
)
