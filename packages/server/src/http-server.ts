import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { HttpServer, HttpServerError } from "effect/http"
import { Activity } from "./activity.ts"
import { app } from "./app.ts"
import { batchWorkerLayer } from "./batch-worker.ts"
import { holdEarly } from "./hold-early.ts"
import { Exchanges } from "./exchange/exchanges.ts"
import { Stopping } from "./stopping.ts"
import { LastTurns } from "./last-turns.ts"
import { type Patience, PatientServer } from "./patient-server.ts"

/** Where a server listens. */
export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** An address besides this machine's loopback, or one that means every address. */
  readonly host?: string
  /** How long clients may take; half a minute and such unless told otherwise. */
  readonly patience?: Patience
}

const loopback = "127.0.0.1"
const loopback6 = "::1"
const everyAddress = "0.0.0.0"
const everyAddress6 = "::"

/** Listens on loopback, by both protocols, and on the address that is named; fails with `ServeError` when the port is taken. */
export const listenLayer = ({ port, host = loopback, patience }: ListenOptions) =>
  Layer.unwrap(
    Effect.sync(() => {
      const server = new PatientServer(patience)
      holdEarly(server)
      const first = host === everyAddress ? everyAddress : loopback
      const wanted = host === everyAddress6 ? [host] : [loopback6, host]
      const others = [...new Set(wanted)].filter((address) => address !== first && address !== "localhost")
      const alsoThere = Effect.forEach(others, (address) => listenToo(server, address, port), { discard: true })
      return Layer.provideMerge(
        Layer.effectDiscard(alsoThere),
        NodeHttpServer.layerServer(() => server, { port, host: first, gracefulShutdownTimeout: "2 seconds" })
      )
    })
  )

/**
 * Takes connections at another address too. `localhost` may mean `::1` to a client, so nobody else may listen there; on a machine without IPv6
 * nobody can.
 *
 * @param asked the port as the user said it
 */
const listenToo = (server: PatientServer, address: string, asked: number) =>
  Effect.flatMap(HttpServer.HttpServer, (first) =>
    Effect.callback<void, HttpServerError.ServeError>((resume) =>
      server.listenToo(address, portOf(first.address), (cause) => {
        // A free port that was found on one protocol may be taken on the other: then the one must do.
        const bearable = cause === undefined || (address === loopback6 && (cause.code !== "EADDRINUSE" || asked === 0))
        resume(bearable ? Effect.void : Effect.fail(new HttpServerError.ServeError({ cause })))
      })
    )
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
