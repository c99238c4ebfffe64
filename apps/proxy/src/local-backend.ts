import { BridgeSupervisor, type ForcedScript, mlxBackendLayer, parseForcedScript } from "@pensieve/backends"
import type { BackendSettings, Configuration } from "@pensieve/config"
import { Home } from "@pensieve/operations"
import { Effect, FileSystem, Layer } from "effect"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Getting, modelFor } from "./model-for.ts"
import { places } from "./places.ts"
import { CommandFailure } from "./command-failure.ts"
import { engineEnvironment } from "./engine-environment.ts"

/** Engines that this process has started: each has sockets of its own. */
let engines = 0

/** Makes the backend for a model on this machine. */
export const localBackend = Effect.fn("localBackend")(function* (
  name: string,
  { model, window, kvBits, chatTemplate }: BackendSettings,
  { allowForced }: Configuration,
  getting: Getting
) {
  yield* engineEnvironment
  const { cacheFolder } = yield* Home
  const choice = yield* modelFor(model, getting)
  const forcedScript = allowForced === undefined ? undefined : yield* readScript(allowForced)
  const layer = mlxBackendLayer({
    name,
    modelName: choice.folder.name,
    ...(forcedScript === undefined ? {} : { forcedScript })
  }).pipe(
    Layer.provide(
      BridgeSupervisor.layer({
        command: {
          python: places.python,
          folder: places.bridge,
          modelPath: choice.folder.path,
          allowForced: forcedScript !== undefined,
          ...(kvBits === undefined ? {} : { kvBits }),
          ...(chatTemplate === undefined ? {} : { chatTemplate }),
          cacheFolder
        },
        socketPath: yield* socketPaths,
        window
      })
    )
  )
  return { layer, choice }
})

const readScript = (file: string): Effect.Effect<ForcedScript, CommandFailure, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const content = yield* Effect.mapError(
      fs.readFileString(file),
      () => new CommandFailure({ message: `--allow-forced: ${file} cannot be read.`, exitCode: 2 })
    )
    return yield* Effect.mapError(
      Effect.fromResult(parseForcedScript(content)),
      (problem) => new CommandFailure({ message: `--allow-forced: ${file}: ${problem}`, exitCode: 2 })
    )
  })

/** A Unix socket's path may have about 100 bytes; where ours would be longer, a short folder of our own in the temporary folder serves. */
const socketPaths = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { runFolder } = yield* Home
  const engine = engines++
  const pathIn = (folder: string) => (start: number) => join(folder, `bridge-${process.pid}-${engine}-${start}.sock`)
  if (Buffer.byteLength(pathIn(runFolder)(999)) <= 100) {
    yield* fs.makeDirectory(runFolder, { recursive: true, mode: 0o700 })
    return pathIn(runFolder)
  }
  return pathIn(yield* fs.makeTempDirectoryScoped({ directory: tmpdir(), prefix: "pensieve-" }))
})
