import { chooseForGood, findProxies, Home } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { CommandFailure } from "../command-failure.ts"
import { commandLine } from "../command-line.ts"
import { readConfiguration } from "../read-configuration.ts"
import { modelNamed } from "./pull-model.ts"

const pollMs = 250
/** The proxy looks at the choice every second; an engine that was asked for is then named. */
const patienceMs = 10_000

/** Chooses the model that serves from now on; a proxy that runs changes over, and finishes its answers before. */
export const useModel = (name: string) =>
  Effect.gen(function* () {
    const { root } = yield* Home
    const folder = yield* modelNamed(name)
    yield* chooseForGood(folder.name)
    const { value, originOf } = yield* readConfiguration()
    const origin = originOf(["model"])
    if (value.model !== folder.name || origin.from !== "preset")
      return yield* new CommandFailure({
        message: `${folder.name} is chosen, but ${value.model === undefined ? "the configuration leads elsewhere" : `${"name" in origin ? origin.name : root} names ${value.model}`}, which comes first. Take that away to use the choice.`,
        exitCode: 1
      })
    yield* Console.log(`${folder.name} serves from now on.`)
    yield* waitForChange(folder.name)
  })

/** Says whether the proxies that run have changed over. One that was started with a model by flag has not. */
const waitForChange = (name: string) =>
  Effect.gen(function* () {
    for (let waited = 0; waited <= patienceMs; waited += pollMs) {
      const proxies = yield* findProxies
      const others = proxies.filter(({ health }) => health?.backends?.some(({ model }) => model === name) !== true)
      if (others.length === 0) return
      if (waited + pollMs > patienceMs)
        yield* Console.error(
          `pensieve: The proxy on port ${others.map(({ record }) => record.port).join(", ")} was started with another model; ${commandLine(`restart --model ${name}`)} changes it.`
        )
      yield* Effect.sleep(pollMs)
    }
  })

/** Leaves the choice to the program again. */
export const useNoModel = Effect.gen(function* () {
  yield* chooseForGood(undefined)
  yield* Console.log("The best model at hand serves from now on.")
})
