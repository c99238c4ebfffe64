import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { portFlag } from "../port-flag.ts"
import { verb } from "../verb.ts"

/** `pensieve logs`: what the proxy wrote down. */
export const logs = Command.make(
  "logs",
  {
    port: portFlag,
    lines: Flag.Int("lines").pipe(
      Flag.withAlias("n"),
      Flag.withDescription("How many of the last lines."),
      Flag.withDefault(100)
    ),
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Go on with what comes, until Ctrl-C."),
      Flag.withDefault(false)
    )
  },
  Effect.fn("logs")(function* (options) {
    const { showLogs } = yield* Effect.promise(() => import("../life-cycle/show-logs.ts"))
    yield* verb(showLogs(options))
  })
).pipe(
  Command.withDescription(
    "Print the log of the proxy: a line a request, with its id, numbers and names, never content."
  ),
  Command.withShortDescription("Print the log of the proxy."),
  Command.withExamples([{ command: "pensieve logs --follow", description: "Watch requests come and go" }])
)
