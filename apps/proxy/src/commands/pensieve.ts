import { Command } from "effect/cli"
import { logs } from "./logs.ts"
import { restart } from "./restart.ts"
import { start } from "./start.ts"
import { status } from "./status.ts"
import { stop } from "./stop.ts"

/** The whole command. */
export const pensieve = Command.make("pensieve").pipe(
  Command.withDescription(
    "Claude Code, Codex and every program that speaks the Anthropic or OpenAI API, on a language model in your own machine."
  ),
  Command.withSubcommands([start, stop, restart, status, logs]),
  Command.withExamples([
    { command: "pensieve start", description: "Serve the best model at hand" },
    { command: "pensieve start --detach", description: "The same in the background; `pensieve stop` ends it" },
    { command: "pensieve status", description: "Which proxy runs, and how it is" }
  ])
)
