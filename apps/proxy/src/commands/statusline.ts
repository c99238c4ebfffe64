import { Effect } from "effect"
import { Command } from "effect/cli"
import { verb } from "../verb.ts"

/** `pensieve statusline`: one line for the bottom of Claude Code. */
export const statusline = Command.make(
  "statusline",
  {},
  Effect.fn("statusline")(function* () {
    const { showStatusLine } = yield* Effect.promise(() => import("../life-cycle/show-status-line.ts"))
    yield* verb(showStatusLine)
  })
).pipe(
  Command.withDescription(
    'Print one line for Claude Code\'s status line. In its settings.json: "statusLine": {"type": "command", "command": "pensieve statusline"}.'
  ),
  Command.withShortDescription("Print one line for Claude Code's status line."),
  Command.withExamples([{ command: "pensieve statusline", description: "Model, speed, cache" }])
)
