import { AuthenticationFailed, PermissionDenied } from "@pensieve/errors"
import { Result } from "effect"
import { credentialsOf, tokenMatches } from "./token-check.ts"

/** What the gate looks at. Header names are lower case; `path` is the path the router uses. */
export interface GateRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** What the gate lets through. */
export interface GatePolicy {
  /** The local token. */
  readonly token: string
  /** Values of the Host header that are ours, lower case, with port. */
  readonly hosts: ReadonlyArray<string>
}

/** The loopback names of a port. */
export const loopbackHosts = (port: number): ReadonlyArray<string> =>
  ["localhost", "127.0.0.1", "[::1]"].flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]))

const publicPairs: ReadonlySet<string> = new Set(["GET /health", "HEAD /", "HEAD /api/hello"])

/**
 * Decides whether a request may go on. Everything is refused that is not named here.
 *
 * A foreign Host is refused first (a web page that rebinds its name to loopback still sends its own name), then any browser origin, then
 * a request without the token, except for the three public pairs.
 */
export const checkGate = (
  request: GateRequest,
  policy: GatePolicy
): Result.Result<void, AuthenticationFailed | PermissionDenied> => {
  const host = request.headers["host"]?.toLowerCase()
  if (host === undefined || !policy.hosts.includes(host))
    return Result.fail(
      new PermissionDenied({
        message: `Host "${host ?? ""}" is not served here. Use http://${policy.hosts[0] ?? "localhost"}.`
      })
    )
  if (request.headers["origin"] !== undefined || request.headers["sec-fetch-site"] === "cross-site")
    return Result.fail(new PermissionDenied({ message: "Requests from web pages are not served." }))
  if (publicPairs.has(`${request.method} ${request.path}`)) return Result.void
  if (credentialsOf(request.headers).some((given) => tokenMatches(given, policy.token))) return Result.void
  return Result.fail(
    new AuthenticationFailed({
      message:
        "The token is missing or wrong. Send the one in PENSIEVE_HOME/token as `Authorization: Bearer` or `x-api-key`."
    })
  )
}
