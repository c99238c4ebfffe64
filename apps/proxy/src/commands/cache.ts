import { Effect } from "effect"
import { Command } from "effect/cli"
import { jsonFlag } from "../json-flag.ts"
import { verb } from "../verb.ts"
import { yesFlag } from "../yes-flag.ts"

const load = Effect.promise(() => import("../cache/change-cache.ts"))

const show = Command.make(
  "show",
  { json: jsonFlag },
  Effect.fn("cache show")(function* ({ json }) {
    const { showCache } = yield* load
    yield* verb(showCache(json))
  })
).pipe(Command.withDescription("Tell how much is kept, and of what."))

const clear = Command.make(
  "clear",
  { yes: yesFlag },
  Effect.fn("cache clear")(function* ({ yes }) {
    const { clearCache } = yield* load
    yield* verb(clearCache(yes))
  })
).pipe(
  Command.withDescription(
    "Remove all of it: the next answers take longer, and nothing else is lost. No proxy may be running."
  )
)

/** `pensieve cache`: what is kept on the disk to be faster the next time. */
export const cache = Command.make("cache").pipe(
  Command.withDescription(
    "Look at what is kept on the disk to be faster the next time, or remove it: what models computed of prompts (at most a quarter of the free disk, and 64 GB), tokens, answers."
  ),
  Command.withShortDescription("Look at what is kept on the disk, or remove it."),
  Command.withSubcommands([show, clear]),
  Command.withExamples([
    { command: "pensieve cache show", description: "How much there is" },
    { command: "pensieve cache clear", description: "Remove it; prompts are on the disk no more" }
  ])
)
