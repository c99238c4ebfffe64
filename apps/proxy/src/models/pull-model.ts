import { chooseModel, isRepositoryName } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { totalmem } from "node:os"
import { CommandFailure } from "../command-failure.ts"
import { commandLine } from "../command-line.ts"
import { engineEnvironment } from "../engine-environment.ts"
import { getFromHub } from "../hub-download.ts"
import { modelsHere } from "../model-for.ts"

/** Downloads a model from the hub, or goes on with a download; nothing to do is no failure. */
export const pullModel = (repository: string, agreed: boolean) =>
  Effect.gen(function* () {
    if (!isRepositoryName(repository))
      return yield* new CommandFailure({
        message: `"${repository}" is not the name of a repository on the model hub, such as mlx-community/Qwen3-4B-4bit.`,
        exitCode: 2
      })
    yield* engineEnvironment
    const { hubCache } = yield* modelsHere
    const folder = yield* Effect.mapError(
      getFromHub(repository, agreed, hubCache),
      ({ message }) => new CommandFailure({ message, exitCode: 1 })
    )
    if (folder === undefined) return yield* new CommandFailure({ message: "Nothing was downloaded.", exitCode: 1 })
    yield* Console.log(`${repository} is in ${folder}`)
    yield* Console.log(`To serve it:  ${commandLine(`models use ${repository}`)}`)
  })

/** A model of this machine by its name, or part of it. */
export const modelNamed = (name: string) =>
  Effect.gen(function* () {
    const found = yield* (yield* modelsHere).all
    const choice = chooseModel(name, undefined, found, totalmem())
    if (choice.type === "found") return choice.folder
    return yield* new CommandFailure({
      message:
        choice.type === "absent"
          ? `${name} is not on this machine. To get it:  ${commandLine(`models pull ${name}`)}`
          : choice.message,
      exitCode: 1
    })
  })
