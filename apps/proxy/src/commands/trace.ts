import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { jsonFlag } from "../json-flag.ts"
import { verb } from "../verb.ts"

const load = Effect.promise(() => import("../traces/show-traces.ts"))

const which = (name: string, otherwise = "last") =>
  Argument.String(name).pipe(
    Argument.withDescription("A request's id or its beginning, `last`, `last-1`, …, or a file."),
    Argument.withDefault(otherwise)
  )

const list = Command.make(
  "list",
  {
    count: Flag.Int("lines").pipe(
      Flag.withAlias("n"),
      Flag.withDescription("How many of the newest."),
      Flag.withDefault(30)
    ),
    json: jsonFlag
  },
  Effect.fn("trace list")(function* ({ count, json }) {
    const { listTraces } = yield* load
    yield* verb(listTraces(count, json))
  })
).pipe(Command.withDescription("List the newest traces, a line each."))

const show = Command.make(
  "show",
  { trace: which("trace"), json: jsonFlag },
  Effect.fn("trace show")(function* ({ trace, json }) {
    const { showTrace } = yield* load
    yield* verb(showTrace(trace, json))
  })
).pipe(Command.withDescription("Print a trace: request, route, prompt, raw answer, events, numbers."))

const follow = Command.make(
  "follow",
  {},
  Effect.fn("trace follow")(function* () {
    const { followTraces } = yield* load
    yield* verb(followTraces)
  })
).pipe(Command.withDescription("Print a line for each trace as it is written, until Ctrl-C."))

const replay = Command.make(
  "replay",
  { trace: which("trace") },
  Effect.fn("trace replay")(function* ({ trace }) {
    const { replayTrace } = yield* load
    yield* verb(replayTrace(trace))
  })
).pipe(Command.withDescription("Send the request of a trace to the proxy again, and print what comes back."))

const diff = Command.make(
  "diff",
  { one: which("one", "last-1"), other: which("other") },
  Effect.fn("trace diff")(function* ({ one, other }) {
    const { compareTraces } = yield* load
    yield* verb(compareTraces(one, other))
  })
).pipe(Command.withDescription("Tell where the prompts of two traces begin to differ: what comes behind is read anew."))

/** `pensieve trace`: what happened to a request, word for word. */
export const trace = Command.make("trace").pipe(
  Command.withDescription(
    "Look at traces: everything about a request, word for word. They are kept of what goes wrong, or of every request with --debug 3 at the start; for the user's eyes only, two weeks at most."
  ),
  Command.withShortDescription("Look at what happened to a request."),
  Command.withSubcommands([list, show, follow, replay, diff]),
  Command.withExamples([
    { command: "pensieve trace list", description: "Which there are" },
    { command: "pensieve trace show last", description: "The newest" },
    { command: "pensieve trace diff last-1 last", description: "Why the cache did not help" }
  ])
)
