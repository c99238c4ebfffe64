import { type IncomingMessage, Server, type ServerResponse } from "node:http"
import { createServer as createNetServer, type Server as NetServer } from "node:net"
import { refuseUnreadable } from "./unreadable.ts"

/** How long a client may take, milliseconds. */
export interface Patience {
  /** For all headers. */
  readonly headersMs: number
  /** Between two pieces of a body. */
  readonly bodyMs: number
  /** Between two requests. */
  readonly idleMs: number
}

const usualPatience: Patience = { headersMs: 10_000, bodyMs: 30_000, idleMs: 60_000 }

/** Bytes of all headers of a request. */
const headerLimitBytes = 32 * 1024
/** Connections at a time and address; an agent with all its helpers has some dozens. */
const mostConnections = 1024
/** All of a request, milliseconds: a body may be large. */
const requestMs = 60_000

/**
 * An HTTP server that lets go whoever sends nothing, or too slowly, and that may listen on more than one address. What it cannot read is refused
 * in the form of every other error.
 */
export class PatientServer extends Server {
  readonly #others: Array<NetServer> = []

  constructor({ headersMs, bodyMs, idleMs }: Patience = usualPatience) {
    super({
      maxHeaderSize: headerLimitBytes,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: idleMs,
      connectionsCheckingInterval: headersMs / 5
    })
    this.maxConnections = mostConnections
    // They are counted at the gate; Node would cut the list and go on.
    this.maxHeadersCount = 0
    this.on("clientError", refuseUnreadable)
    this.on("request", (request: IncomingMessage, response: ServerResponse) => watchBody(request, response, bodyMs))
  }

  /** Takes connections at another address too, until the server is closed. */
  listenToo(address: string, port: number, settled: (error?: NodeJS.ErrnoException) => void): void {
    const other = createNetServer((socket) => this.emit("connection", socket))
    other.maxConnections = mostConnections
    other.once("error", settled)
    other.listen({ port, host: address, ipv6Only: address.includes(":") }, () => {
      this.#others.push(other)
      settled()
    })
  }

  override close(callback?: (error?: Error) => void): this {
    const others = this.#others.splice(0)
    let open = others.length + 1
    const closed = (error?: Error) => {
      if (--open === 0) callback?.(error)
    }
    for (const other of others) other.close(closed)
    return super.close(closed)
  }
}

/** Lets go a client whose body stops coming. The answer may then take its time. */
const watchBody = (request: IncomingMessage, response: ServerResponse, silenceMs: number): void => {
  const { "content-length": length = "0", "transfer-encoding": pieces } = request.headers
  if (length === "0" && pieces === undefined) return
  request.socket.setTimeout(silenceMs)
  request.once("end", () => {
    // Behind the answer, Node's own limit of idleness holds.
    if (!response.writableFinished) request.socket.setTimeout(0)
  })
}
