import {
  BatchStore,
  FileStore,
  Home,
  keepRecord,
  localToken,
  makeId,
  openLogFile,
  type ProxyIdentity,
  sweepLeftovers,
  traceStoreLayer
} from "@pensieve/operations"
import { listenLayer, portOf, serveLayer, ServerPolicy } from "@pensieve/server"
import type { Configuration } from "@pensieve/config"
import { Clock, Console, Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import { isIP } from "node:net"
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import { banner } from "./banner.ts"
import { CommandFailure } from "./command-failure.ts"
import { compileEarly } from "./compile-early.ts"
import { joinOrExplain } from "./life-cycle/join-or-explain.ts"
import { loggingLayer } from "./logging.ts"
import { readConfiguration } from "./read-configuration.ts"
import { secretsOf, seeingOf } from "./seeing.ts"
import { type GivenSettings, wordsOf } from "./setting-flags.ts"
import { servingOf } from "./serving.ts"
import { version } from "./version.ts"

/** How the proxy is started. */
export interface ServeOptions {
  readonly given: GivenSettings
  /** The user agreed to a download. */
  readonly agreed: boolean
  /** In the background: nobody reads stderr but who waits for the start. */
  readonly detached: boolean
}

/** Runs the proxy until it is stopped. Joins the one that runs already, by saying so. */
export const serve = (options: ServeOptions) =>
  Effect.gen(function* () {
    const read = yield* readConfiguration(options.given)
    const configuration = read.value
    const token = yield* localToken(configuration.token)
    if (configuration.port !== 0 && (yield* joinOrExplain(configuration.port, token, wordsOf(options.given)))) return
    compileEarly()
    yield* sweepLeftovers
    const home = yield* Home
    const identity: ProxyIdentity = {
      version,
      instance: makeId("proxy_"),
      pid: process.pid,
      home: home.root,
      startedAt: yield* Clock.currentTimeMillis
    }
    const serving = yield* servingOf(read, options.given, options.agreed, process.env)
    const seeing = seeingOf(configuration)
    const announced = Layer.unwrap(
      Effect.gen(function* () {
        const port = portOf((yield* HttpServer.HttpServer).address)
        const log = openLogFile(join(home.logsFolder, `proxy-${port}.log`))
        const tokenFile = configuration.token === undefined ? home.tokenFile : undefined
        return Layer.effectDiscard(
          Effect.andThen(
            keepRecord({
              ...identity,
              port,
              token,
              args: startWords(options, configuration.port),
              cwd: process.cwd(),
              detached: options.detached
            }),
            Console.error(
              banner({
                port,
                serving,
                tokenFile,
                detached: options.detached,
                warnings: warningsOf(configuration),
                ...(read.fromFile ? { file: read.file } : {})
              })
            )
          )
        ).pipe(Layer.provideMerge(loggingLayer(seeing.level, log, options.detached)))
      })
    )
    const server = serveLayer.pipe(
      Layer.provide(serving.routing),
      Layer.provide(
        Layer.mergeAll(
          FileStore.layer,
          BatchStore.layer,
          traceStoreLayer(seeing.traces, [token, ...secretsOf(process.env)])
        )
      ),
      Layer.provide(
        ServerPolicy.layer({
          token,
          identity,
          tokenRequired: configuration.auth === "required",
          hosts: hostsOf(configuration)
        })
      ),
      Layer.provideMerge(announced),
      Layer.provide(listenLayer({ port: configuration.port, host: configuration.host }))
    )
    return yield* Effect.catchTag(Layer.launch(server), "ServeError", ({ cause }) =>
      portRefused(configuration.port, token, cause, wordsOf(options.given))
    )
  })

/** Names under which this server may be asked besides those of loopback. */
const hostsOf = ({ host, allowedHosts }: Pick<Configuration, "host" | "allowedHosts">): ReadonlyArray<string> => [
  // A web page can be given a name that leads here, but no address.
  ...(["0.0.0.0", "::"].includes(host) ? addressesHere() : [host]).map((one) => (isIP(one) === 6 ? `[${one}]` : one)),
  ...allowedHosts
]

const addressesHere = (): ReadonlyArray<string> =>
  Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address))

/** What a person should know who opens the door wider. */
const warningsOf = ({ host, allowNetwork, auth }: Configuration): ReadonlyArray<string> => [
  ...(auth === "optional" ? ["Every program of this machine can ask: auth is optional."] : []),
  ...(allowNetwork
    ? [`Other machines can ask at ${host}, with the token; it and your prompts cross the network unencrypted.`]
    : [])
]

/** The words that start the same again. A port that is to be a free one is named as such, wherever that was said. */
const startWords = ({ given, agreed }: ServeOptions, port: number): ReadonlyArray<string> => [
  ...wordsOf(port === 0 ? { ...given, port: "0" } : given),
  ...(agreed ? ["--yes"] : [])
]

/** The port was free a moment ago. */
const portRefused = (port: number, token: string, cause: unknown, words: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    if (/EADDRINUSE/.test(String(cause)) && (yield* joinOrExplain(port, token, words))) return
    return yield* new CommandFailure({ message: `Port ${port} cannot be used: ${String(cause)}`, exitCode: 1 })
  })
