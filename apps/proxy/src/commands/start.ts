import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { managedFlag } from "../managed-flag.ts"
import { configFileFlag, givenSettings, settingFlags } from "../setting-flags.ts"
import { verb } from "../verb.ts"

const flags = {
  settings: settingFlags,
  config: configFileFlag,
  yes: Flag.Boolean("yes").pipe(
    Flag.withAlias("y"),
    Flag.withDescription("Agree to the download of a model."),
    Flag.withDefault(false)
  ),
  detach: Flag.Boolean("detach").pipe(
    Flag.withAlias("d"),
    Flag.withDescription("Run in the background: come back when it listens; `pensieve stop` ends it."),
    Flag.withDefault(false)
  ),
  /** How a start tells the process that it starts in the background. */
  detached: Flag.Boolean("detached").pipe(Flag.withHidden, Flag.withDefault(false)),
  /** Read where exit codes are made. */
  managed: Flag.Boolean(managedFlag).pipe(Flag.withHidden, Flag.withDefault(false))
}

/** `pensieve start`: runs the proxy. */
export const start = Command.make(
  "start",
  flags,
  Effect.fn("start")(function* ({ config, yes, detach, detached, settings }) {
    const given = givenSettings(settings, config)
    if (detach) {
      const { startDetached } = yield* Effect.promise(() => import("../life-cycle/start-detached.ts"))
      return yield* verb(startDetached(given, yes))
    }
    const { serve } = yield* Effect.promise(() => import("../serve.ts"))
    return yield* verb(serve({ given, agreed: yes, detached }))
  })
).pipe(
  Command.withDescription("Run the proxy in the foreground, or in the background with --detach."),
  Command.withShortDescription("Run the proxy."),
  Command.withExamples([
    { command: "pensieve start", description: "Serve the best model at hand on port 7777" },
    {
      command: "pensieve start --model mlx-community/Qwen3-4B-4bit --port 8080",
      description: "Serve a certain model elsewhere"
    },
    { command: "pensieve start --upstream http://localhost:1234", description: "Let LM Studio's model answer" },
    { command: "pensieve start --detach", description: "Run in the background" }
  ])
)
