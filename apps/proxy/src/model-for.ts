import {
  chooseModel,
  findModels,
  Home,
  type HubFailure,
  hubCacheFolder,
  type ModelChoice,
  readModelFolder
} from "@pensieve/operations"
import { Console, Effect } from "effect"
import { homedir, totalmem } from "node:os"
import { basename, resolve } from "node:path"
import { getFromHub } from "./hub-download.ts"
import { places } from "./places.ts"
import { CommandFailure } from "./command-failure.ts"

/** How a model may be got. */
export interface Getting {
  /** The user wants it downloaded; then no other one will do. */
  readonly agreed: boolean
  /** Why nothing can be downloaded, if so. */
  readonly refusal?: string
}

/** The models on this machine, and where the hub's are. */
export const modelsHere = Effect.gen(function* () {
  const { modelsFolder } = yield* Home
  const hubCache = hubCacheFolder(process.env, homedir())
  return {
    hubCache,
    all: findModels({ modelsFolders: [...places.models, modelsFolder], hubCache, demo: places.demoModel })
  }
})

/**
 * The model to serve. One that is not on this machine is downloaded if the user agrees, else the best one at hand serves.
 *
 * @param requested what the user named, or undefined
 */
export const modelFor = Effect.fn("modelFor")(function* (requested: string | undefined, { agreed, refusal }: Getting) {
  const { hubCache, all: find } = yield* modelsHere
  const given =
    requested === undefined
      ? undefined
      : yield* readModelFolder(resolve(requested), basename(resolve(requested)), "given")
  const choice = chooseModel(requested, given, yield* find, totalmem())
  if (choice.type === "invalid") return yield* new CommandFailure({ message: choice.message, exitCode: 2 })
  if (choice.type === "found") return choice
  if (refusal !== undefined)
    return yield* new CommandFailure({
      message: `${choice.repository} is not on this machine, ${refusal}.`,
      exitCode: 2
    })
  yield* Console.error(`pensieve: ${choice.repository} is not on this machine.`)
  const downloaded = yield* fromHub(choice.repository, agreed, hubCache).pipe(
    Effect.catch(({ message }) =>
      agreed
        ? Effect.fail(new CommandFailure({ message, exitCode: 1 }))
        : Effect.as(Console.error(`pensieve: ${message}`), undefined)
    )
  )
  if (downloaded !== undefined) return downloaded
  const other = chooseModel(undefined, undefined, yield* find, totalmem())
  if (other.type !== "found") return yield* new CommandFailure({ message: "There is no model to serve.", exitCode: 1 })
  yield* Console.error(`pensieve: ${other.folder.name} serves instead.`)
  return other
})

type Found = Extract<ModelChoice, { type: "found" }>

const fromHub = Effect.fn("fromHub")(function* (repository: string, agreed: boolean, hubCache: string) {
  const path = yield* getFromHub(repository, agreed, hubCache)
  if (path === undefined) return undefined
  const folder = yield* readModelFolder(path, repository, "hub-cache")
  if (folder === undefined)
    return yield* Effect.fail<HubFailure>({
      code: "not_a_model",
      message: `${repository} was downloaded, but its config.json is not that of a model that generates text. Take another.`
    })
  return { type: "found", folder, why: "downloaded as you asked" } satisfies Found
})
