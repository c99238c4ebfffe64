import { Effect } from "effect"
import { routingFunctionOf } from "../arrange.ts"
import { backendNames } from "../plan.ts"
import { readConfiguration } from "../read-configuration.ts"
import { rulesOf } from "../routing-rules.ts"
import type { GivenSettings } from "../setting-flags.ts"
import type { Deciding } from "./explain-request.ts"

/** What the configuration decides by; nothing is started but the user's function. */
export const decidingBy = Effect.fn("decidingBy")(function* (given: GivenSettings) {
  const read = yield* readConfiguration(given)
  const { names, otherwise } = backendNames(read)
  const choose = yield* routingFunctionOf(read.functionFile, read.value.router.functionMs)
  return {
    rules: rulesOf(read.value, otherwise, names),
    ...(choose === undefined ? {} : { choose })
  } satisfies Deciding
})
