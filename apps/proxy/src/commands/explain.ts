import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { CommandFailure } from "../command-failure.ts"
import { jsonFlag } from "../json-flag.ts"
import { configFileFlag, givenSettings, settingFlags } from "../setting-flags.ts"
import { verb } from "../verb.ts"

/** `pensieve explain`: where a request would go, and why. */
export const explain = Command.make(
  "explain",
  {
    request: Argument.String("request").pipe(
      Argument.withDescription("A file with the body of a request, or with its path, headers and body; - for stdin."),
      Argument.optional
    ),
    log: Flag.String("log").pipe(
      Flag.withDescription(
        "A file with a request a line, each with the route it took, or a folder of traces: print what would move."
      ),
      Flag.optional
    ),
    json: jsonFlag,
    config: configFileFlag,
    settings: settingFlags
  },
  Effect.fn("explain")(function* ({ request, log, json, config, settings }) {
    const given = givenSettings(settings, config)
    const { explain: explainFile, explainLog } = yield* Effect.promise(() => import("../explain/explain.ts"))
    if (Option.isSome(log)) return yield* verb(explainLog(log.value, given))
    if (Option.isSome(request)) return yield* verb(explainFile(request.value, given, json))
    return yield* verb(
      Effect.fail(
        new CommandFailure({ message: "Name a file with a request, or --log and a file with several.", exitCode: 2 })
      )
    )
  })
).pipe(
  Command.withDescription("Tell where a request would go, and why: its facts, each rule, who may answer."),
  Command.withShortDescription("Tell where a request would go."),
  Command.withExamples([
    { command: "pensieve explain request.json", description: "The decision for one request" },
    {
      command: "pensieve explain --log requests.jsonl --config new.yaml",
      description: "What of these requests would move under another configuration"
    }
  ])
)
