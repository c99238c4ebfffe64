import { Effect } from "effect"
import { Command } from "effect/cli"
import { jsonFlag } from "../json-flag.ts"
import { portFlag } from "../port-flag.ts"
import { verb } from "../verb.ts"

/** `pensieve status`: which proxy runs, and how it is. */
export const status = Command.make(
  "status",
  { port: portFlag, json: jsonFlag },
  Effect.fn("status")(function* ({ port, json }) {
    const { showStatus } = yield* Effect.promise(() => import("../life-cycle/show-status.ts"))
    yield* verb(showStatus(port, json))
  })
).pipe(
  Command.withDescription("Tell which proxy runs, and how it is. Ends with code 3 when none runs."),
  Command.withShortDescription("Tell which proxy runs, and how it is."),
  Command.withExamples([{ command: "pensieve status --json", description: "For programs" }])
)
