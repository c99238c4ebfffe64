import { makeId } from "@pensieve/operations"
import type { Socket } from "node:net"

/** What cannot be read as HTTP, by Node's code for it; anything else is a bad request. */
const refusals: Readonly<Record<string, readonly [status: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The headers are larger than 32 kB."],
  ERR_HTTP_REQUEST_TIMEOUT: [
    "408 Request Timeout",
    "The request did not arrive in time: its headers within 10 s, all of it within a minute."
  ]
}

const badRequest = ["400 Bad Request", "This is not a well-formed HTTP/1.1 request."] as const

/**
 * Answers what never became a request, in the form of every other error: Node's own answer has neither body nor id. Whose dialect it would
 * have been cannot be known; the body has the fields of both.
 */
export const refuseUnreadable = (error: Error, socket: Socket): void => {
  const code = "code" in error ? String(error.code) : ""
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] = refusals[code] ?? badRequest
  const id = makeId("req_")
  const body = JSON.stringify({ type: "error", error: { type: "invalid_request_error", message }, request_id: id })
  socket.end(
    [
      `HTTP/1.1 ${status}`,
      "connection: close",
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
      `request-id: ${id}`,
      `x-request-id: ${id}`,
      "x-should-retry: false",
      "",
      body
    ].join("\r\n")
  )
}
