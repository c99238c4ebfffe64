import { Effect, Exit, type Scope, Stream } from "effect"
import type { IncomingHttpHeaders } from "node:http"
import type { Dispatcher } from "undici"
import { connectionsTo } from "./connections.ts"
import { IncomingBody } from "./incoming-body.ts"
import { Wiretap } from "../wiretap.ts"
import { faultOf, type UpstreamFault } from "./upstream-fault.ts"

/** A body that is read as a whole has this long, milliseconds. */
const textMs = 5_000
/** Of an answer that is an error no more than this is read. */
const errorBytes = 64 * 1024
/** What follows the end of an answer is thrown away for this long, so that the connection can be used again. */
const restMs = 500

/** One request to an upstream. */
export interface UpstreamRequest {
  readonly method: "GET" | "POST" | "DELETE" | "HEAD"
  /** Path and query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Done once, while the answer is waited for: what would otherwise be done when it is there. */
  readonly meanwhile?: () => void
}

/** An answer, of any status, whose headers have come. */
export interface UpstreamResponse {
  readonly status: number
  /** By lower-case name; several values of one name joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as it comes; to be run once. */
  readonly bytes: Stream.Stream<Uint8Array, UpstreamFault>
  /** The same bytes, for whoever takes them piece by piece: a stream's own pull costs a lock and a context each time. */
  readonly pull: IncomingBody<UpstreamFault>["pull"]
  /**
   * The body as text, as far as it comes within five seconds: for errors and for short answers. Ends the exchange.
   *
   * @param limit bytes; 64 kB unless told otherwise
   */
  readonly text: (limit?: number) => Effect.Effect<string>
  /** Says that the answer is complete: the end of the scope then lets the connection come to its end instead of breaking it. */
  readonly complete: Effect.Effect<void>
}

/** An HTTP server that models are asked of. It knows nothing of any API dialect. */
export interface HttpUpstream {
  /** Scheme, host and port. */
  readonly server: string
  /**
   * Sends a request. The answer lives as long as the scope: whatever ends the scope before the body has ended (also while
   * the connection is made, or the headers are waited for) closes the connection, which tells the server to stop.
   */
  readonly send: (request: UpstreamRequest) => Effect.Effect<UpstreamResponse, UpstreamFault, Scope.Scope>
}

/** How connections are made. */
interface HttpUpstreamOptions {
  /** To nothing but this machine, whatever the address resolves to. */
  readonly localOnly?: boolean
}

/** Makes the connections to one server; they end with the scope. */
export const makeHttpUpstream = (
  server: string,
  { localOnly = false }: HttpUpstreamOptions = {}
): Effect.Effect<HttpUpstream, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => connectionsTo(server, localOnly)),
      (agent) => Effect.promise(() => agent.destroy())
    ),
    (agent): HttpUpstream => ({
      server,
      send: (request) =>
        Effect.gen(function* () {
          const tap = yield* Wiretap
          if (request.body !== undefined) tap?.sent(request.body)
          const exchange = yield* Effect.acquireRelease(
            Effect.sync(() => new Exchange(server, tap)),
            (exchange) => Effect.sync(() => exchange.close())
          )
          return yield* exchange.start(agent, request)
        })
    })
  )

/** One request and its answer on a connection. */
class Exchange {
  readonly #server: string
  readonly #tap: Wiretap | undefined
  readonly #body = new IncomingBody<UpstreamFault>()
  #controller: Dispatcher.DispatchController | undefined
  #answered = false
  #closed = false
  #complete = false

  constructor(server: string, tap: Wiretap | undefined) {
    this.#server = server
    this.#tap = tap
  }

  start(
    agent: Dispatcher,
    { method, path, headers, body, meanwhile }: UpstreamRequest
  ): Effect.Effect<UpstreamResponse, UpstreamFault> {
    return Effect.callback<UpstreamResponse, UpstreamFault>((resume) => {
      const request = { origin: this.#server, path, method, headers: { ...headers }, body: body ?? null }
      agent.dispatch(request, {
        onRequestStart: (controller) => {
          this.#controller = controller
          if (this.#closed) controller.abort(gone)
        },
        onResponseStart: (_, status, received) => {
          // An answer of status 1xx is only a sign of life. What comes with the headers is there when they are told of.
          if (status >= 200) {
            this.#answered = true
            queueMicrotask(() => resume(Effect.succeed(this.#response(status, received))))
          }
        },
        onResponseData: (controller, chunk) => {
          this.#tap?.heard(chunk)
          this.#body.push(chunk, controller)
        },
        onResponseEnd: () => this.#body.end(),
        onResponseError: (_, cause) => {
          const fault = faultOf(this.#server, cause)
          this.#body.fail(fault)
          if (!this.#answered) resume(Effect.fail(fault))
        }
      })
      // A connection that was used before sends at the end of this turn.
      if (meanwhile !== undefined) setImmediate(meanwhile)
    })
  }

  /** Hangs up, unless the answer is complete: then it may come to its end by itself, so that the connection can be used again. */
  close(): void {
    this.#closed = true
    if (!this.#complete) return this.#controller?.abort(gone)
    if (this.#body.settled) return
    this.#body.discard()
    setTimeout(() => this.#controller?.abort(gone), restMs).unref()
  }

  #response(status: number, received: IncomingHttpHeaders): UpstreamResponse {
    return {
      status,
      get headers() {
        return plainHeaders(received)
      },
      bytes: Stream.fromPull(Effect.succeed(this.#body.pull)),
      pull: this.#body.pull,
      text: (limit = errorBytes) => boundedText(this.#body, limit),
      complete: Effect.sync(() => {
        this.#complete = true
      })
    }
  }
}

const gone = new Error("nobody reads on")

const plainHeaders = (headers: IncomingHttpHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")])
  )

/** As much of the body as is needed to say what went wrong; a body that breaks off or never ends counts as far as it came. */
const boundedText = (body: IncomingBody<UpstreamFault>, limit: number): Effect.Effect<string> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    const readOn: Effect.Effect<void> = Effect.flatMap(Effect.exit(body.pull), (exit) => {
      if (Exit.isFailure(exit)) return Effect.void
      for (const chunk of exit.value) {
        chunks.push(chunk)
        size += chunk.length
      }
      return size >= limit ? Effect.void : readOn
    })
    return Effect.map(Effect.timeoutOption(readOn, textMs), () =>
      Buffer.concat(chunks).subarray(0, limit).toString("utf8")
    )
  })
