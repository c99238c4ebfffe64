import {
  chooseForGood,
  chosenModel,
  findProxies,
  folderBytes,
  formatBytes,
  isYes,
  removableFolder,
  removeFolder
} from "@pensieve/operations"
import { Console, Effect } from "effect"
import { ask, somebodyIsThere } from "../ask.ts"
import { CommandFailure } from "../command-failure.ts"
import { modelsHere } from "../model-for.ts"
import { modelNamed } from "./pull-model.ts"

const refused = (message: string) => new CommandFailure({ message, exitCode: 1 })

/** Removes a model from the disk, if the user agrees and nobody serves it. */
export const removeModel = (name: string, agreed: boolean) =>
  Effect.gen(function* () {
    const model = yield* modelNamed(name)
    const folder = yield* removableFolder(model, (yield* modelsHere).hubCache)
    if (folder === undefined) return yield* refused(`${model.name} is part of Pensieve and stays.`)
    const served = (yield* findProxies).find(({ health }) => health?.backends?.some((one) => one.model === model.name))
    if (served !== undefined)
      return yield* refused(
        `The proxy on port ${served.record.port} serves ${model.name}. Let it serve another, or stop it.`
      )
    const size = formatBytes(yield* folderBytes(folder))
    if (!agreed && !somebodyIsThere())
      return yield* refused(`Nothing was removed: nobody is here to agree. Agree beforehand with --yes.`)
    if (!agreed && !isYes(yield* ask(`pensieve: Remove ${folder} (${size})? [y/N] `)))
      return yield* refused("Nothing was removed.")
    yield* removeFolder(folder)
    if ((yield* chosenModel) === model.name) yield* chooseForGood(undefined)
    yield* Console.log(`Removed ${folder} (${size}).`)
  })
