type Headers = Readonly<Record<string, string>>

/** Of one connection only. @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade"
]

/**
 * What a request says of its way here, or of who may ask here. The body's length is told anew, and an encoding is not asked
 * for, so that the tokens can be read beside the bytes.
 */
const ofThisServer = [
  "accept-encoding",
  "authorization",
  "content-length",
  "cookie",
  "expect",
  "forwarded",
  "host",
  "origin",
  "referer",
  "via",
  "x-api-key"
]
const ofThisServerToo = /^(sec-|x-forwarded-|x-real-ip$)/

/** What an answer says of its connection and of the site it comes from. */
const ofItsServer = ["alt-svc", "date", "server", "set-cookie", "strict-transport-security", "via"]
const ofItsServerToo = /^(access-control-|x-robots-tag$|nel$|report-to$)/

const without = (headers: Headers, names: ReadonlyArray<string>, pattern: RegExp): Headers => {
  const named = (headers["connection"] ?? "").split(",").map((name) => name.trim().toLowerCase())
  const dropped = new Set([...hopByHop, ...names, ...named])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name) && !pattern.test(name)))
}

/** The headers of a client that go on to an upstream; its credentials do not. */
export const forwardedToUpstream = (headers: Headers): Headers => without(headers, ofThisServer, ofThisServerToo)

/** The headers of an upstream that go back to the client. */
export const forwardedToClient = (headers: Headers): Headers => without(headers, ofItsServer, ofItsServerToo)
