import { chooseModel, findModels, Home, hubCacheFolder, type ModelChoice, readModelFolder } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { homedir, totalmem } from "node:os"
import { basename, resolve } from "node:path"
import { places } from "./places.ts"
import { StartFailure } from "./start-failure.ts"

type Found = Extract<ModelChoice, { type: "found" }>

/** The model to serve. One that is not on this machine is downloaded if the user agrees, else the best one at hand serves. */
export const modelFor = Effect.fn("modelFor")(function* (requested: string | undefined, agreed: boolean) {
  const home = yield* Home
  const find = findModels({
    modelsFolders: [places.models, home.modelsFolder],
    hubCache: hubCacheFolder(process.env, homedir()),
    demo: places.demoModel
  })
  const given =
    requested === undefined ? undefined : yield* readModelFolder(resolve(requested), basename(resolve(requested)), "given")
  const choice = chooseModel(requested, given, yield* find, totalmem())
  if (choice.type === "invalid") return yield* new StartFailure({ message: choice.message, exitCode: 2 })
  if (choice.type === "found") return choice
  void agreed
  yield* Console.error(`pensieve: ${choice.repository} is not on this machine.`)
  const other: ModelChoice = chooseModel(undefined, undefined, yield* find, totalmem())
  if (other.type !== "found") return yield* new StartFailure({ message: "There is no model to serve.", exitCode: 1 })
  return other satisfies Found
})
