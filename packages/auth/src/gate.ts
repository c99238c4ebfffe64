import { AuthenticationFailed, InvalidRequest, PermissionDenied } from "@pensieve/errors"
import { Result } from "effect"
import { credentialsOf, tokenMatches } from "./token-check.ts"

/** What the gate looks at. Header names are lower case; `path` is the path the router uses. */
export interface GateRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The address as it was sent. */
  readonly url: string
  /** The names of the headers as they were sent, each as often as it was. */
  readonly names: ReadonlyArray<string>
}

/** What the gate lets through. */
export interface GatePolicy {
  /** The local token. */
  readonly token: string
  /** Whether it must be sent: a machine that only its owner can reach may do without. */
  readonly tokenRequired: boolean
  /** Values of the Host header that are ours, lower case, with port. */
  readonly hosts: ReadonlyArray<string>
}

/** Characters of an address, and lines of headers; agents and their proxies send a few dozen. */
const longestUrl = 8 * 1024
const mostHeaders = 100

/** The loopback names of a port. */
export const loopbackHosts = (port: number): ReadonlyArray<string> =>
  ["localhost", "127.0.0.1", "[::1]"].flatMap((name) => hostsNamed(name, port))

/** How a name of ours may stand in the Host header; one that has a port of its own stands as it is. */
export const hostsNamed = (name: string, port: number): ReadonlyArray<string> => {
  const host = name.toLowerCase()
  if (/[^:\]]:\d+$|\]:\d+$/.test(host)) return [host]
  return port === 80 ? [host, `${host}:80`] : [`${host}:${port}`]
}

const publicPairs: ReadonlySet<string> = new Set(["GET /health", "HEAD /", "HEAD /api/hello"])

/** Where a browser says that a request comes from; a program says nothing, and a person who types an address `none`. */
const webSites: ReadonlySet<string | undefined> = new Set(["cross-site", "same-site"])

type Refusal = AuthenticationFailed | InvalidRequest | PermissionDenied

const denied = (message: string): Result.Result<never, Refusal> => Result.fail(new PermissionDenied({ message }))
const malformed = (message: string): Result.Result<never, Refusal> => Result.fail(new InvalidRequest({ message }))

/**
 * Decides whether a request may go on. Everything is refused that is not named here.
 *
 * A foreign Host is refused first (a web page that rebinds its name to loopback still sends its own name), then any browser origin, then
 * a request without the token, except for the three public pairs.
 */
export const checkGate = (request: GateRequest, policy: GatePolicy): Result.Result<void, Refusal> => {
  const { method, path, headers, url, names } = request
  if (url.length > longestUrl) return malformed(`The address is longer than ${longestUrl / 1024} kB.`)
  if (names.length > mostHeaders) return malformed(`There are more than ${mostHeaders} headers.`)
  // Node keeps the first of several and hides the others.
  if (names.filter((name) => name.toLowerCase() === "host").length !== 1)
    return malformed("A request has exactly one Host header.")
  const host = headers["host"]?.toLowerCase()
  if (host === undefined || !policy.hosts.includes(host))
    return denied(`Host "${host ?? ""}" is not served here. Use http://${policy.hosts[0] ?? "localhost"}.`)
  if (headers["origin"] !== undefined || webSites.has(headers["sec-fetch-site"]) || method === "OPTIONS")
    return denied("Requests from web pages are not served.")
  if (publicPairs.has(`${method} ${path}`)) return Result.void
  const given = credentialsOf(headers)
  if (given.some((one) => tokenMatches(one, policy.token))) return Result.void
  if (!policy.tokenRequired) return Result.void
  return Result.fail(
    new AuthenticationFailed({
      message:
        "The token is missing or wrong. Send the one in PENSIEVE_HOME/token as `Authorization: Bearer` or `x-api-key`."
    })
  )
}
