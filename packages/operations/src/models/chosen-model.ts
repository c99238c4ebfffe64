import { Effect, FileSystem, type Path } from "effect"
import type { PlatformError } from "effect/PlatformError"
import { Home } from "../home.ts"
import { writeAtomic } from "../write-atomic.ts"

/** The model that `pensieve models use` chose: it serves where neither flag, environment nor configuration names one. */
export const chosenModel: Effect.Effect<string | undefined, never, Home | FileSystem.FileSystem> = Effect.gen(
  function* () {
    const fs = yield* FileSystem.FileSystem
    const { chosenModelFile } = yield* Home
    const name = (yield* fs.readFileString(chosenModelFile)).trim()
    return name === "" ? undefined : name
  }
).pipe(Effect.orElseSucceed(() => undefined))

/** Chooses a model; undefined leaves the choice to the program. A proxy that runs follows within a second. */
export const chooseForGood = (
  name: string | undefined
): Effect.Effect<void, PlatformError, Home | FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { chosenModelFile } = yield* Home
    yield* name === undefined ? fs.remove(chosenModelFile, { force: true }) : writeAtomic(chosenModelFile, `${name}\n`)
  })
