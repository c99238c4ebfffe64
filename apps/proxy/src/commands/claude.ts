import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { verb } from "../verb.ts"

/** `pensieve claude`: Claude Code on the proxy. What follows the verb is Claude Code's own. */
export const claude = Command.make(
  "claude",
  {
    args: Argument.String("args").pipe(
      Argument.withDescription("Arguments of Claude Code, all of them."),
      Argument.variadic()
    )
  },
  Effect.fn("claude")(function* ({ args }) {
    const { runClaude } = yield* Effect.promise(() => import("../clients/run-claude.ts"))
    yield* verb(runClaude(args))
  })
).pipe(
  Command.withDescription(
    "Run Claude Code on the model, starting the proxy in the background if none runs. No file of yours is changed."
  ),
  Command.withShortDescription("Run Claude Code on the model."),
  Command.withExamples([
    { command: "pensieve claude", description: "Begin a session" },
    { command: 'pensieve claude -p "Say hello"', description: "What follows the verb goes to Claude Code as it is" }
  ])
)
