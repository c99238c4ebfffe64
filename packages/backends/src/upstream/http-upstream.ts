import { Effect, type Scope, type Stream } from "effect"
import type { IncomingHttpHeaders } from "node:http"
import type { Readable } from "node:stream"
import { Agent, request } from "undici"
import { bodyBytes } from "./body-bytes.ts"
import { faultOf, type UpstreamFault } from "./upstream-fault.ts"

/** Without a byte for this long a request counts as stuck; a long prompt on a slow machine takes its time. */
const silenceMs = 3_000_000
/** A server on the same machine or network that does not take a connection within this time is not there. */
const connectMs = 5_000
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
}

/** An answer, of any status, whose headers have come. */
export interface UpstreamResponse {
  readonly status: number
  /** By lower-case name; several values of one name joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as it comes; to be run once. */
  readonly bytes: Stream.Stream<Uint8Array, UpstreamFault>
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

/** Makes the connections to one server; they end with the scope. */
export const makeHttpUpstream = (server: string): Effect.Effect<HttpUpstream, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(
        () =>
          new Agent({
            headersTimeout: silenceMs,
            bodyTimeout: silenceMs,
            connect: { timeout: connectMs, autoSelectFamily: true },
            allowH2: false
          })
      ),
      (agent) => Effect.promise(() => agent.destroy())
    ),
    (agent): HttpUpstream => ({
      server,
      send: Effect.fnUntraced(function* ({ method, path, headers, body }) {
        const aborter = new AbortController()
        let release = () => aborter.abort()
        yield* Effect.addFinalizer(() => Effect.sync(() => release()))
        const response = yield* Effect.tryPromise({
          try: () =>
            request(server + path, {
              method,
              dispatcher: agent,
              signal: aborter.signal,
              headers: { ...headers },
              ...(body === undefined ? {} : { body })
            }),
          catch: (cause) => faultOf(server, cause)
        })
        // A body that is aborted emits an error also when nobody reads it.
        response.body.on("error", () => undefined)
        return {
          status: response.statusCode,
          headers: plainHeaders(response.headers),
          bytes: bodyBytes(response.body, (cause) => faultOf(server, cause)),
          text: (limit = errorBytes) => Effect.promise(() => boundedText(response.body, limit)),
          complete: Effect.sync(() => {
            release = () => drain(response.body)
          })
        }
      })
    })
  )

const plainHeaders = (headers: IncomingHttpHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")])
  )

const drain = (body: Readable): void => {
  const late = setTimeout(() => body.destroy(), restMs)
  body.once("close", () => clearTimeout(late))
  body.removeAllListeners("readable")
  body.resume()
}

/** As much of the body as is needed to say what went wrong; a body that breaks off or never ends counts as far as it came. */
const boundedText = async (body: Readable, limit: number): Promise<string> => {
  const chunks: Array<Uint8Array> = []
  let size = 0
  const late = setTimeout(() => body.destroy(), textMs)
  try {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) break
      chunks.push(chunk)
      size += chunk.length
      if (size >= limit) break
    }
  } catch {
    // What has come tells enough.
  } finally {
    clearTimeout(late)
  }
  return Buffer.concat(chunks).subarray(0, limit).toString("utf8")
}
