import { Effect } from "effect"
import { Command } from "effect/cli"
import { portFlag } from "../port-flag.ts"
import { verb } from "../verb.ts"

/** `pensieve stop`: ends the proxies of this state folder. */
export const stop = Command.make(
  "stop",
  { port: portFlag },
  Effect.fn("stop")(function* ({ port }) {
    const { stopProxies } = yield* Effect.promise(() => import("../life-cycle/stop-proxies.ts"))
    yield* verb(stopProxies(port))
  })
).pipe(
  Command.withDescription("End the proxy. Answers under way are ended as their API ends an answer that broke off."),
  Command.withShortDescription("End the proxy."),
  Command.withExamples([{ command: "pensieve stop", description: "End every proxy of this user" }])
)
