import { settings } from "@pensieve/config"
import { BatchStore, FileStore, Home, localToken } from "@pensieve/operations"
import { listenLayer, portOf, serveLayer, ServerPolicy } from "@pensieve/server"
import { Console, Effect, Layer, Option, Record } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpServer } from "effect/http"
import { banner, type BannerFacts } from "../banner.ts"
import { loggingLayer } from "../logging.ts"
import { type GivenFlags, readConfiguration } from "../read-configuration.ts"
import { servingOf } from "../serving.ts"
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
  config: Flag.String("config").pipe(
    Flag.withDescription(
      "The configuration file; else pensieve.yaml in the current folder, else config.yaml in PENSIEVE_HOME."
    ),
    Flag.optional
  ),
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
  Effect.fn("start")(function* ({ yes, config, settings: given }) {
    yield* run(Record.map(given, Option.getOrUndefined), Option.getOrUndefined(config), yes).pipe(
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

const run = (given: GivenFlags, named: string | undefined, agreed: boolean) =>
  Effect.gen(function* () {
    const read = yield* readConfiguration(given, named)
    const configuration = read.value
    const token = yield* localToken(configuration.token)
    const { tokenFile } = yield* Home
    const serving = yield* servingOf(read, agreed, process.env)
    const server = serveLayer.pipe(
      Layer.provide(serving.routing),
      Layer.provide(Layer.merge(FileStore.layer, BatchStore.layer)),
      Layer.provide(ServerPolicy.layer({ token, version })),
      Layer.provideMerge(
        Layer.effectDiscard(
          announce({
            serving,
            tokenFile: configuration.token === undefined ? tokenFile : undefined,
            ...(read.fromFile ? { file: read.file } : {})
          })
        )
      ),
      Layer.provide(listenLayer(configuration.port)),
      Layer.provide(loggingLayer(configuration.logLevel))
    )
    return yield* Effect.catchTag(Layer.launch(server), "ServeError", ({ cause }) =>
      Effect.fail(portFailure(configuration.port, cause))
    )
  })

const portFailure = (port: number, cause: unknown): StartFailure =>
  new StartFailure({
    message: /EADDRINUSE/.test(String(cause))
      ? `Port ${port} is taken. If it is another Pensieve, use that one; else choose another with --port (0 takes a free one).`
      : `Port ${port} cannot be used: ${String(cause)}`,
    exitCode: 1
  })

const announce = (facts: Omit<BannerFacts, "port">) =>
  Effect.gen(function* () {
    const server = yield* HttpServer.HttpServer
    yield* Console.error(banner({ port: portOf(server.address), ...facts }))
  })
