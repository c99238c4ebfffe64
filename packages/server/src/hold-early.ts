import type { IncomingMessage, Server, ServerResponse } from "node:http"

/** Lets requests that come before anything answers them wait for it: Node would leave them without an answer for ever. */
export const holdEarly = (server: Server): Server => {
  const early: Array<readonly [IncomingMessage, ServerResponse]> = []
  const hold = (request: IncomingMessage, response: ServerResponse) => void early.push([request, response])
  const release = (event: string | symbol) => {
    if (event !== "request") return
    server.off("newListener", release).off("request", hold)
    // The new listener is in its place behind this event only.
    queueMicrotask(() => {
      for (const [request, response] of early) server.emit("request", request, response)
    })
  }
  return server.on("request", hold).on("newListener", release)
}
