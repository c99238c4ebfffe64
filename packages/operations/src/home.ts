import { StateFolderFailed } from "@pensieve/errors"
import { Context, Effect, FileSystem, Layer, Path } from "effect"
import { stateFolder } from "./state-folder.ts"

/** Where Pensieve keeps its state: `PENSIEVE_HOME`, else `~/.pensieve`. */
export class Home extends Context.Service<
  Home,
  {
    readonly root: string
    /** `config.yaml`: the user's; never written by the program. */
    readonly configFile: string
    /** The generated token. */
    readonly tokenFile: string
    /** Sockets and locks of running processes. */
    readonly runFolder: string
    readonly logsFolder: string
    readonly tracesFolder: string
    readonly modelsFolder: string
    /** What `pensieve models use` chose. */
    readonly chosenModelFile: string
    /** Uploaded files. */
    readonly filesFolder: string
    /** Message batches and their results. */
    readonly batchesFolder: string
    /** What engines computed and may need again; can be deleted at any time. */
    readonly cacheFolder: string
  }
>()("@pensieve/operations/Home") {
  static readonly layer = (env: Readonly<Record<string, string | undefined>>) =>
    Layer.effect(
      Home,
      Effect.gen(function* () {
        const path = yield* Path.Path
        const fs = yield* FileSystem.FileSystem
        const root = stateFolder(env)
        yield* Effect.mapError(
          fs.makeDirectory(root, { recursive: true, mode: 0o700 }),
          ({ reason }) =>
            new StateFolderFailed({
              message: `The state folder ${root} cannot be made (${reason._tag}). Name another one by PENSIEVE_HOME.`
            })
        )
        return Home.of({
          root,
          configFile: path.join(root, "config.yaml"),
          tokenFile: path.join(root, "token"),
          runFolder: path.join(root, "run"),
          logsFolder: path.join(root, "logs"),
          tracesFolder: path.join(root, "traces"),
          modelsFolder: path.join(root, "models"),
          chosenModelFile: path.join(root, "chosen-model"),
          filesFolder: path.join(root, "files"),
          batchesFolder: path.join(root, "batches"),
          cacheFolder: path.join(root, "cache")
        })
      })
    )
}
