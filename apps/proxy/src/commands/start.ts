import { type Configuration, type Resolved, resolveConfiguration, settings } from "@pensieve/config"
import { BatchStore, FileStore, Home, localToken } from "@pensieve/operations"
import { listenLayer, portOf, serveLayer, ServerPolicy } from "@pensieve/server"
import { Console, Effect, FileSystem, Layer, Option, Record, Result } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpServer } from "effect/http"
import { banner } from "../banner.ts"
import { localBackend } from "../local-backend.ts"
import { loggingLayer } from "../logging.ts"
import type { Serving } from "../serving.ts"
import { StartFailure } from "../start-failure.ts"
import { upstreamBackend } from "../upstream-backend.ts"
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
    },
    { command: "pensieve start --upstream http://localhost:1234", description: "Let LM Studio's model answer" }
  ])
)

const run = (given: Readonly<Record<string, string | undefined>>, agreed: boolean) =>
  Effect.gen(function* () {
    const { value: configuration, originOf } = yield* readConfiguration(given)
    const token = yield* localToken(configuration.token)
    const { tokenFile } = yield* Home
    const serving =
      configuration.upstream === undefined
        ? yield* localBackend(configuration, agreed)
        : yield* upstreamBackend(configuration.upstream, configuration, originOf(["model"]), process.env)
    const server = serveLayer.pipe(
      Layer.provide(serving.backend),
      Layer.provide(Layer.merge(FileStore.layer, BatchStore.layer)),
      Layer.provide(ServerPolicy.layer({ token, version })),
      Layer.provideMerge(
        Layer.effectDiscard(announce(serving, configuration.token === undefined ? tokenFile : undefined))
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
): Effect.Effect<Resolved<Configuration>, StartFailure, Home | FileSystem.FileSystem> =>
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
    if (Result.isSuccess(resolved)) return resolved.success
    const lines = resolved.failure.map(({ message, line, column }) =>
      line === undefined ? message : `${message} (line ${line}, column ${column})`
    )
    return yield* new StartFailure({ message: lines.join("\npensieve: "), exitCode: 2 })
  })

const portFailure = (port: number, cause: unknown): StartFailure =>
  new StartFailure({
    message: /EADDRINUSE/.test(String(cause))
      ? `Port ${port} is taken. If it is another Pensieve, use that one; else choose another with --port (0 takes a free one).`
      : `Port ${port} cannot be used: ${String(cause)}`,
    exitCode: 1
  })

const announce = (serving: Serving, tokenFile: string | undefined) =>
  Effect.gen(function* () {
    const server = yield* HttpServer.HttpServer
    yield* Console.error(banner({ port: portOf(server.address), serving, tokenFile }))
  })
