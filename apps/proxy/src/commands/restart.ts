import { Effect } from "effect"
import { Command } from "effect/cli"
import { givenSettings, settingFlags } from "../setting-flags.ts"
import { verb } from "../verb.ts"

/** `pensieve restart`: ends the proxy and starts it again in the background. */
export const restart = Command.make(
  "restart",
  { settings: settingFlags },
  Effect.fn("restart")(function* ({ settings }) {
    const { restartProxy } = yield* Effect.promise(() => import("../life-cycle/restart-proxy.ts"))
    yield* verb(restartProxy(givenSettings(settings)))
  })
).pipe(
  Command.withDescription(
    "End the proxy and start it in the background, with the flags it was started with and those given now."
  ),
  Command.withShortDescription("End the proxy and start it anew."),
  Command.withExamples([
    { command: "pensieve restart", description: "After an upgrade, or after a change of config.yaml" },
    { command: "pensieve restart --model demo", description: "With another model" }
  ])
)
