import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { jsonFlag } from "../json-flag.ts"
import { configFileFlag, givenSettings, settingFlags } from "../setting-flags.ts"
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

const show = Command.make(
  "show",
  { settings: settingFlags, config: configFileFlag, json: jsonFlag },
  Effect.fn("config show")(function* ({ settings, config: file, json }) {
    const { showConfiguration } = yield* Effect.promise(() => import("../show-configuration.ts"))
    return yield* verb(showConfiguration(givenSettings(settings, file), json))
  })
).pipe(
  Command.withDescription("Print the values in force, each with where it came from. Secrets are masked."),
  Command.withExamples([{ command: "pensieve config show --json", description: "For programs" }])
)

const schema = Command.make(
  "schema",
  {},
  Effect.fn("config schema")(function* () {
    const { showConfigurationSchema } = yield* Effect.promise(() => import("../show-configuration.ts"))
    return yield* verb(showConfigurationSchema)
  })
).pipe(
  Command.withDescription("Print the JSON Schema of the configuration file, for editors."),
  Command.withExamples([
    { command: "pensieve config schema > ~/.pensieve/config.schema.json", description: "Keep it beside the file" }
  ])
)

/** `pensieve config`: what the program is told. */
export const config = Command.make("config").pipe(
  Command.withDescription("What Pensieve is told."),
  Command.withSubcommands([show, schema, importFile]),
  Command.withExamples([
    { command: "pensieve config show", description: "What is in force, and why" },
    { command: "pensieve config schema > ~/.pensieve/config.schema.json", description: "For editors" }
  ])
)
