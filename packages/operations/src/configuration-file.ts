import { Data, Effect, FileSystem, Path } from "effect"
import { Home } from "./home.ts"

/** A configuration file that is there and cannot be read, or was named and is not there. */
export class ConfigurationUnreadable extends Data.TaggedError("ConfigurationUnreadable")<{
  readonly message: string
}> {}

/** The text of a configuration file. */
export interface ConfigurationText {
  readonly path: string
  readonly text: string
}

/**
 * Where the configuration is: the file that was named, else `pensieve.yaml` in a folder, else `config.yaml` in the state folder,
 * whether it is there or not.
 */
export const configurationPlace = (
  named: string | undefined,
  folder: string
): Effect.Effect<string, never, Home | FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    if (named !== undefined) return path.resolve(folder, named)
    const here = path.join(folder, "pensieve.yaml")
    const isHere = yield* Effect.orElseSucceed(fs.exists(here), () => false)
    return isHere ? here : (yield* Home).configFile
  })

/** What stands in a configuration file; undefined where there is none. */
export const readConfigurationText = (
  file: string
): Effect.Effect<ConfigurationText | undefined, ConfigurationUnreadable, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* fs.readFileString(file).pipe(
      Effect.map((text): ConfigurationText | undefined => ({ path: file, text })),
      Effect.catch((error) =>
        error.reason._tag === "NotFound"
          ? Effect.succeed(undefined)
          : Effect.fail(new ConfigurationUnreadable({ message: `${file} cannot be read: ${error.message}` }))
      )
    )
  })
