import { Effect } from "effect"
import { Command } from "effect/cli"
import { configFileFlag, givenSettings, settingFlags } from "../setting-flags.ts"
import { verb } from "../verb.ts"

const load = Effect.promise(() => import("../service/change-service.ts"))

const install = Command.make(
  "install",
  { settings: settingFlags, config: configFileFlag },
  Effect.fn("service install")(function* ({ settings, config }) {
    const { installService } = yield* load
    yield* verb(installService(givenSettings(settings, config)))
  })
).pipe(
  Command.withDescription(
    "Run the proxy now and whenever you are logged in, with the flags given here: a launch agent on macOS, a systemd user unit on Linux. A proxy that runs already is ended before."
  ),
  Command.withExamples([{ command: "pensieve service install --port 8080", description: "On another port" }])
)

const remove = Command.make(
  "remove",
  {},
  Effect.fn("service remove")(function* () {
    const { removeService } = yield* load
    yield* verb(removeService)
  })
).pipe(Command.withDescription("End it, and run it no more by itself."))

/** `pensieve service`: the proxy whenever its user is logged in. */
export const service = Command.make("service").pipe(
  Command.withDescription("Run the proxy whenever you are logged in, or no more."),
  Command.withSubcommands([install, remove]),
  Command.withExamples([
    { command: "pensieve service install", description: "From now on" },
    { command: "pensieve service remove", description: "No more" }
  ])
)
