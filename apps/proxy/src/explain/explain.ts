import { explainLines } from "@pensieve/router"
import { Console, Effect, Result } from "effect"
import { CommandFailure } from "../command-failure.ts"
import { readText } from "../read-text.ts"
import type { GivenSettings } from "../setting-flags.ts"
import { decidingBy } from "./deciding.ts"
import { explainRequest } from "./explain-request.ts"
import { readRequest } from "./recorded-request.ts"
import { readLog } from "./read-log.ts"
import { replayLog } from "./replay-log.ts"

/** Prints where a request would go, and why. */
export const explain = Effect.fn("explain")(function* (file: string, given: GivenSettings, json: boolean) {
  const deciding = yield* decidingBy(given)
  const request = Result.mapError(readRequest(yield* readText(file)), (problem) => `${file} ${problem}.`)
  const { facts, decision } = yield* Effect.mapError(
    Effect.flatMap(
      Effect.mapError(Effect.fromResult(request), (message) => ({ message })),
      (read) => explainRequest(deciding, read)
    ),
    ({ message }) => new CommandFailure({ message, exitCode: 2 })
  )
  const { body: _body, headers: _headers, ...told } = facts
  yield* Console.log(
    json ? JSON.stringify({ facts: told, decision }, undefined, 2) : explainLines(decision, facts).join("\n")
  )
})

/** Prints what of the requests of a log would go elsewhere. */
export const explainLog = Effect.fn("explainLog")(function* (file: string, given: GivenSettings) {
  const deciding = yield* decidingBy(given)
  const { lines } = yield* replayLog(deciding, yield* readLog(file))
  yield* Console.log(lines.join("\n"))
})
