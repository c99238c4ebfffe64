import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { verb } from "../verb.ts"

/** `pensieve setup`: writes the proxy into a client's own settings, and takes it out again. */
export const setup = Command.make(
  "setup",
  {
    client: Argument.Literals("client", ["claude-code", "codex", "vscode"]).pipe(
      Argument.withDescription("Whose settings; claude-code unless told otherwise, all of them for --undo."),
      Argument.optional
    ),
    undo: Flag.Boolean("undo").pipe(
      Flag.withDescription("Take back what earlier setups wrote: byte for byte where nobody has written since."),
      Flag.withDefault(false)
    ),
    yes: Flag.Boolean("yes").pipe(
      Flag.withAlias("y"),
      Flag.withDescription("Write without asking."),
      Flag.withDefault(false)
    )
  },
  Effect.fn("setup")(function* ({ client, undo, yes }) {
    const { setUpClient, undoClients } = yield* Effect.promise(() => import("../clients/set-up.ts"))
    yield* verb(undo ? undoClients(client) : setUpClient(client, yes))
  })
).pipe(
  Command.withDescription(
    "Write the proxy into the settings of Claude Code, Codex or VS Code, so that they use it without `pensieve claude`. What would change is shown first."
  ),
  Command.withShortDescription("Write the proxy into a client's settings, or take it out."),
  Command.withExamples([
    { command: "pensieve setup", description: "Claude Code" },
    { command: "pensieve setup codex --yes", description: "Codex, without being asked" },
    { command: "pensieve setup --undo", description: "Take everything back" }
  ])
)
