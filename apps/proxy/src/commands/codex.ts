import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { verb } from "../verb.ts"

/** `pensieve codex`: Codex on the proxy. What follows the verb is Codex's own. */
export const codex = Command.make(
  "codex",
  {
    args: Argument.String("args").pipe(
      Argument.withDescription("Arguments of Codex, all of them."),
      Argument.variadic()
    )
  },
  Effect.fn("codex")(function* ({ args }) {
    const { runCodex } = yield* Effect.promise(() => import("../clients/run-codex.ts"))
    yield* verb(runCodex(args))
  })
).pipe(
  Command.withDescription(
    "Run Codex on the model, starting the proxy in the background if none runs. No file of yours is changed."
  ),
  Command.withShortDescription("Run Codex on the model."),
  Command.withExamples([
    { command: "pensieve codex", description: "Begin a session" },
    { command: 'pensieve codex exec "Say hello"', description: "What follows the verb goes to Codex as it is" }
  ])
)
