import { Home } from "@pensieve/operations"
import { Effect } from "effect"
import { join } from "node:path"
import { CommandFailure } from "./command-failure.ts"
import { places, pythonIsThere } from "./places.ts"

/**
 * Sees to the engine's Python environment. The installed command makes its own at first use and brings it up to date after an upgrade; that of
 * a checkout is its bootstrap's, and one that the user names is left as it is.
 */
export const engineEnvironment: Effect.Effect<void, CommandFailure, Home> = Effect.gen(function* () {
  if (places.venvBy === "command") return yield* madeUnder(yield* Home)
  if (pythonIsThere()) return
  return yield* new CommandFailure({
    message:
      places.venvBy === "user"
        ? `PENSIEVE_VENV=${places.venv} is not a Python environment: it has no bin/python. Name one that holds all of ${join(places.bridge, "requirements.txt")}, or unset it.`
        : "The engine's Python environment is missing. Run `npm start` in the checkout: it makes it.",
    exitCode: 1
  })
})

const madeUnder = ({ root, runFolder }: Home["Service"]): Effect.Effect<void, CommandFailure> =>
  Effect.gen(function* () {
    const { installPython, pythonIsReady } = yield* Effect.promise(() => import("scripts/bootstrap/python.mjs"))
    const parts = {
      bridge: places.bridge,
      venv: places.venv,
      python: places.python,
      pythonStamp: join(places.venv, ".pensieve-stamp"),
      /** For its logs. */
      tools: root
    }
    const wanted = { development: false }
    if (pythonIsReady(parts, wanted)) return
    const { withLock } = yield* Effect.promise(() => import("scripts/bootstrap/lock.mjs"))
    const print = (line: string) => console.error(line)
    print(`pensieve: The engine's Python environment is made, once, in ${places.venv}`)
    yield* Effect.tryPromise({
      try: () =>
        withLock(join(runFolder, "python.lock"), print, async () => {
          if (!pythonIsReady(parts, wanted)) await installPython(parts, wanted, { env: process.env, print })
        }),
      catch: (error) =>
        new CommandFailure({ message: error instanceof Error ? error.message : String(error), exitCode: 1 })
    })
  })
