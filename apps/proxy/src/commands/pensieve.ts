import { Command } from "effect/cli"
import { bench } from "./bench.ts"
import { cache } from "./cache.ts"
import { claude } from "./claude.ts"
import { codex } from "./codex.ts"
import { config } from "./config.ts"
import { doctor } from "./doctor.ts"
import { explain } from "./explain.ts"
import { logs } from "./logs.ts"
import { models } from "./models.ts"
import { restart } from "./restart.ts"
import { service } from "./service.ts"
import { setup } from "./setup.ts"
import { start } from "./start.ts"
import { status } from "./status.ts"
import { statusline } from "./statusline.ts"
import { stop } from "./stop.ts"
import { trace } from "./trace.ts"

/** The whole command. */
export const pensieve = Command.make("pensieve").pipe(
  Command.withDescription(
    "Claude Code, Codex and every program that speaks the Anthropic or OpenAI API, on a language model in your own machine."
  ),
  Command.withSubcommands([
    claude,
    codex,
    setup,
    start,
    stop,
    restart,
    status,
    statusline,
    logs,
    trace,
    doctor,
    models,
    config,
    explain,
    cache,
    bench,
    service
  ]),
  Command.withExamples([
    { command: "pensieve claude", description: "Claude Code on the best model at hand" },
    { command: "pensieve start --detach", description: "Serve it in the background; `pensieve stop` ends it" },
    { command: "pensieve status", description: "Which proxy runs, and how it is" }
  ])
)
