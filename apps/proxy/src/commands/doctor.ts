import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { jsonFlag } from "../json-flag.ts"
import { verb } from "../verb.ts"

/** `pensieve doctor`: what is wrong, and what to do. */
export const doctor = Command.make(
  "doctor",
  {
    json: jsonFlag,
    quick: Flag.Boolean("quick").pipe(Flag.withDescription("Ask the model no questions."), Flag.withDefault(false))
  },
  Effect.fn("doctor")(function* ({ json, quick }) {
    const { runDoctor } = yield* Effect.promise(() => import("../doctor/run-doctor.ts"))
    yield* verb(runDoctor(json, !quick))
  })
).pipe(
  Command.withDescription(
    "Look at everything that can be wrong: versions, the state folder, the configuration, the port, Claude Code's settings, the model, its window and memory; and ask the model real questions. Says what to do. Ends with code 1 when something is bad."
  ),
  Command.withShortDescription("Look at everything, and say what to do."),
  Command.withExamples([{ command: "pensieve doctor", description: "When something does not work" }])
)
