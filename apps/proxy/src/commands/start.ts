import { BridgeSupervisor, type ForcedScript, mlxBackendLayer, parseForcedScript } from "@pensieve/backends"
import { type Configuration, resolveConfiguration, settings } from "@pensieve/config"
import { Home, localToken, type ModelChoice } from "@pensieve/operations"
import { listenLayer, portOf, serveLayer, ServerPolicy } from "@pensieve/server"
import { Console, Effect, FileSystem, Layer, Option, Record, Result } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpServer } from "effect/http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { banner } from "../banner.ts"
import { loggingLayer } from "../logging.ts"
import { modelFor } from "../model-for.ts"
import { places, pythonIsThere } from "../places.ts"
import { StartFailure } from "../start-failure.ts"
import { version } from "../version.ts"

/** One flag for each setting; the settings themselves say what they are. */
const settingFlags = Object.fromEntries(
  settings
    .filter(({ secret }) => !secret)
    .map(({ flag, env, description, fallback }) => [
      flag,
      Flag.String(flag).pipe(
        Flag.withDescription(`${description} ${env}${fallback === undefined ? "" : `; default ${String(fallback)}`}.`),
        Flag.optional
      )
    ])
)

const flags = {
  settings: settingFlags,
  yes: Flag.Boolean("yes").pipe(
    Flag.withAlias("y"),
    Flag.withDescription("Agree to the download of a model."),
    Flag.withDefault(false)
  )
}

/** `pensieve start`: runs the proxy in the foreground. */
export const start = Command.make(
  "start",
  flags,
  Effect.fn("start")(function* ({ yes, settings: given }) {
    yield* run(Record.map(given, Option.getOrUndefined), yes).pipe(
      Effect.scoped,
      Effect.provide(Home.layer(process.env)),
      Effect.catchTag("StartFailure", (failure) =>
        Effect.andThen(
          Console.error(`pensieve: ${failure.message}`),
          Effect.sync(() => process.exit(failure.exitCode))
        )
      )
    )
  })
).pipe(
  Command.withDescription("Run the proxy in the foreground."),
  Command.withExamples([
    { command: "pensieve start", description: "Serve the best model at hand on port 7777" },
    {
      command: "pensieve start --model mlx-community/Qwen3-4B-4bit --port 8080",
      description: "Serve a certain model elsewhere"
    }
  ])
)

const run = (given: Readonly<Record<string, string | undefined>>, agreed: boolean) =>
  Effect.gen(function* () {
    const configuration = yield* readConfiguration(given)
    if (!pythonIsThere())
      return yield* new StartFailure({
        message: "The engine's Python environment is missing. Run `npm start` in the checkout: it makes it.",
        exitCode: 1
      })
    const token = yield* localToken(configuration.token)
    const { tokenFile, cacheFolder } = yield* Home
    const choice = yield* modelFor(configuration.model, agreed)
    const forcedScript =
      configuration.allowForced === undefined ? undefined : yield* readScript(configuration.allowForced)
    const backend = mlxBackendLayer({
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
            cacheFolder
          },
          socketPath: yield* socketPaths,
          window: configuration.window
        })
      )
    )
    const server = serveLayer.pipe(
      Layer.provide(backend),
      Layer.provide(ServerPolicy.layer({ token, version })),
      Layer.provideMerge(
        Layer.effectDiscard(announce(choice, configuration.token === undefined ? tokenFile : undefined))
      ),
      Layer.provide(listenLayer(configuration.port)),
      Layer.provide(loggingLayer(configuration.logLevel))
    )
    return yield* Effect.catchTag(Layer.launch(server), "ServeError", ({ cause }) =>
      Effect.fail(portFailure(configuration.port, cause))
    )
  })

const readConfiguration = (
  given: Readonly<Record<string, string | undefined>>
): Effect.Effect<Configuration, StartFailure, Home | FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { configFile } = yield* Home
    const file = yield* fs.readFileString(configFile).pipe(
      Effect.asSome,
      Effect.catch((error) =>
        error.reason._tag === "NotFound"
          ? Effect.succeedNone
          : Effect.fail(new StartFailure({ message: `${configFile} cannot be read: ${error.message}`, exitCode: 2 }))
      )
    )
    const resolved = resolveConfiguration({
      flags: given,
      env: process.env,
      ...(Option.isSome(file) ? { file: { path: configFile, text: file.value } } : {})
    })
    if (Result.isSuccess(resolved)) return resolved.success.value
    const lines = resolved.failure.map(({ message, line, column }) =>
      line === undefined ? message : `${message} (line ${line}, column ${column})`
    )
    return yield* new StartFailure({ message: lines.join("\npensieve: "), exitCode: 2 })
  })

const readScript = (file: string): Effect.Effect<ForcedScript, StartFailure, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const content = yield* Effect.mapError(
      fs.readFileString(file),
      () => new StartFailure({ message: `--allow-forced: ${file} cannot be read.`, exitCode: 2 })
    )
    return yield* Effect.mapError(
      Effect.fromResult(parseForcedScript(content)),
      (problem) => new StartFailure({ message: `--allow-forced: ${file}: ${problem}`, exitCode: 2 })
    )
  })

/** A Unix socket's path may have about 100 bytes; where ours would be longer, a short folder of our own in the temporary folder serves. */
const socketPaths = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { runFolder } = yield* Home
  const pathIn = (folder: string) => (start: number) => join(folder, `bridge-${process.pid}-${start}.sock`)
  if (Buffer.byteLength(pathIn(runFolder)(999)) <= 100) {
    yield* fs.makeDirectory(runFolder, { recursive: true, mode: 0o700 })
    return pathIn(runFolder)
  }
  return pathIn(yield* fs.makeTempDirectoryScoped({ directory: tmpdir(), prefix: "pensieve-" }))
})

const portFailure = (port: number, cause: unknown): StartFailure =>
  new StartFailure({
    message: /EADDRINUSE/.test(String(cause))
      ? `Port ${port} is taken. If it is another Pensieve, use that one; else choose another with --port (0 takes a free one).`
      : `Port ${port} cannot be used: ${String(cause)}`,
    exitCode: 1
  })

const announce = (choice: Extract<ModelChoice, { type: "found" }>, tokenFile: string | undefined) =>
  Effect.gen(function* () {
    const server = yield* HttpServer.HttpServer
    yield* Console.error(banner({ port: portOf(server.address), choice, tokenFile }))
  })
