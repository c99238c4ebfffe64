import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import { createServer } from "node:http"
import { Activity } from "./activity.ts"
import { app } from "./app.ts"
import { batchWorkerLayer } from "./batch-worker.ts"
import { holdEarly } from "./hold-early.ts"
import { Exchanges } from "./exchange/exchanges.ts"
import { Stopping } from "./stopping.ts"
import { LastTurns } from "./last-turns.ts"
import { refuseUnreadable } from "./unreadable.ts"

/** Bytes of all headers of a request. */
const headerLimitBytes = 32 * 1024

/** Listens on loopback; fails with `ServeError` when the port is taken. Port 0 takes any free one. */
export const listenLayer = (port: number) =>
  NodeHttpServer.layerServer(
    () =>
      holdEarly(
        createServer({
          maxHeaderSize: headerLimitBytes,
          headersTimeout: 10_000,
          requestTimeout: 60_000,
          keepAliveTimeout: 60_000
        }).on("clientError", refuseUnreadable)
      ),
    { port, host: "127.0.0.1", gracefulShutdownTimeout: "2 seconds" }
  )

const routesLayer = Layer.unwrap(
  Effect.gen(function* () {
    const server = yield* HttpServer.HttpServer
    return HttpServer.serve(app(portOf(server.address)))
  })
)

/** Tells answers under way that the end has come, before the server waits for them: what is built last ends first. */
const farewellLayer = Layer.effectDiscard(Effect.flatMap(Stopping, ({ begin }) => Effect.addFinalizer(() => begin)))

/** Serves every route on the server that listens, and works off batches in the background. */
export const serveLayer = farewellLayer.pipe(
  Layer.provideMerge(routesLayer),
  Layer.merge(batchWorkerLayer),
  Layer.provide(Layer.mergeAll(Activity.layer, Exchanges.layer, LastTurns.layer, Stopping.layer))
)

/** The TCP port a server listens on. */
export const portOf = (address: HttpServer.HttpServer["Service"]["address"]): number =>
  "port" in address ? address.port : 0
