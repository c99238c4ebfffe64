import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { jsonFlag } from "../json-flag.ts"
import { portFlag } from "../port-flag.ts"
import { verb } from "../verb.ts"

/** `pensieve status`: which proxy runs, and how it is. */
export const status = Command.make(
  "status",
  {
    port: portFlag,
    json: jsonFlag,
    once: Flag.Boolean("once").pipe(Flag.withDescription("Look once, also on a terminal."), Flag.withDefault(false))
  },
  Effect.fn("status")(function* (options) {
    const { showStatus } = yield* Effect.promise(() => import("../life-cycle/show-status.ts"))
    yield* verb(showStatus(options))
  })
).pipe(
  Command.withDescription(
    "Tell which proxy runs, and how it is: its model, requests under way, the cache, memory. On a terminal this goes on until Ctrl-C. Ends with code 3 when none runs."
  ),
  Command.withShortDescription("Tell which proxy runs, and how it is."),
  Command.withExamples([
    { command: "pensieve status", description: "Watch requests come and go" },
    { command: "pensieve status --json", description: "For programs" }
  ])
)
