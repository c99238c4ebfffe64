import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { jsonFlag } from "../json-flag.ts"
import { verb } from "../verb.ts"

const positive = (name: string, description: string, otherwise: number) =>
  Flag.Int(name).pipe(
    Flag.withDescription(description),
    Flag.filter(
      (value) => value >= 1,
      (value) => `must be 1 or more, not ${value}`
    ),
    Flag.withDefault(otherwise)
  )

/** `pensieve bench`: how fast the model is on this machine. */
export const bench = Command.make(
  "bench",
  {
    promptTokens: positive("prompt-tokens", "Tokens of the prompt, about; default 2000.", 2000),
    answerTokens: positive("answer-tokens", "Tokens of an answer; default 128.", 128),
    parallel: positive("parallel", "Requests at a time; default 4.", 4),
    json: jsonFlag
  },
  Effect.fn("bench")(function* (options) {
    const { runBench } = yield* Effect.promise(() => import("../bench/run-bench.ts"))
    yield* verb(runBench(options))
  })
).pipe(
  Command.withDescription(
    "Measure the model that answers by real requests: the first word behind a new prompt and in a second turn, tokens a second read and written, several answers at once. Starts the proxy in the background if none runs."
  ),
  Command.withShortDescription("Measure how fast the model is."),
  Command.withExamples([
    { command: "pensieve bench", description: "What to expect of this machine" },
    { command: "pensieve bench --prompt-tokens 20000 --json", description: "A prompt as large as Claude Code's first" }
  ])
)
