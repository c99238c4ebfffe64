import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { start } from "./commands/start.ts"
import { version } from "./version.ts"

const pensieve = Command.make("pensieve").pipe(
  Command.withDescription("Claude Code, Codex and every program that speaks the Anthropic or OpenAI API, on a language model in your own machine."),
  Command.withSubcommands([start])
)

NodeRuntime.runMain(Effect.provide(Command.run(pensieve, { version }), NodeServices.layer), { disableErrorReporting: true })
