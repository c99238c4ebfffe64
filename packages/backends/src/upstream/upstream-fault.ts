import { type BackendError, BackendFailed, BackendTimeout, BackendUnavailable } from "@pensieve/errors"
import { Data } from "effect"

/** Where a connection failed. `elsewhere` is a connection that was not tried, `silent` is a server that said nothing for too long, `broken` one that hung up. */
export type FaultKind = "refused" | "elsewhere" | "unknown-host" | "tls" | "silent" | "broken"

/** A request that brought no answer, or one that broke off. An answer with an error status is no fault. */
export class UpstreamFault extends Data.TaggedError("UpstreamFault")<{
  readonly kind: FaultKind
  /** The server as a person knows it: scheme, host and port. */
  readonly server: string
  /** The socket's own word: `ECONNREFUSED`. */
  readonly code: string
}> {}

const unreachable = new Set<FaultKind>(["refused", "elsewhere", "unknown-host", "tls"])

/** Whether the server is not there: nobody has heard of the request. */
export const isGone = ({ kind }: UpstreamFault): boolean => unreachable.has(kind)

const kinds: ReadonlyArray<readonly [RegExp, FaultKind]> = [
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, "refused"],
  [/^ENOTLOOPBACK$/, "elsewhere"],
  [/^(ENOTFOUND|EAI_\w+)$/, "unknown-host"],
  [/^(UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/, "silent"],
  [/CERT|^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+|UNABLE_TO_\w+|SELF_SIGNED\w*)$/, "tls"]
]

const codeIn = (cause: unknown): string | undefined =>
  typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : undefined

/** The code of an error, of its cause, or of the first of several addresses that were tried. */
const codeOf = (cause: unknown): string => {
  const nested: ReadonlyArray<unknown> =
    typeof cause === "object" && cause !== null
      ? [
          "cause" in cause ? cause.cause : undefined,
          ...("errors" in cause && Array.isArray(cause.errors) ? cause.errors : [])
        ]
      : []
  return [cause, ...nested].map(codeIn).find((code) => code !== undefined) ?? "unknown"
}

/** What an error of the HTTP client means. */
export const faultOf = (server: string, cause: unknown): UpstreamFault => {
  const code = codeOf(cause)
  return new UpstreamFault({ server, code, kind: kinds.find(([pattern]) => pattern.test(code))?.[1] ?? "broken" })
}

/**
 * A fault as the error a client gets.
 *
 * @param begun whether a part of the answer had come
 */
export const faultError = ({ kind, server, code }: UpstreamFault, begun: boolean): BackendError => {
  switch (kind) {
    case "refused":
      return new BackendUnavailable({
        message: `The upstream server at ${server} cannot be reached (${code}). Start it, or give the right address with --upstream.`
      })
    case "elsewhere":
      return new BackendUnavailable({
        message: `The upstream server at ${server} is not on this machine, and localOnly is true: nothing was sent.`
      })
    case "unknown-host":
      return new BackendUnavailable({
        message: `There is no host of the name in ${server} (${code}). Check the address given with --upstream.`
      })
    case "tls":
      return new BackendUnavailable({
        message: `No secure connection to ${server} could be made (${code}). Check whether the address must begin with http:// or https://, and the server's certificate.`
      })
    case "silent":
      return new BackendTimeout({ message: `The upstream server at ${server} said nothing for too long.` })
    case "broken":
      return begun
        ? new BackendFailed({ message: `The upstream server at ${server} broke off before the answer was complete.` })
        : new BackendUnavailable({
            message: `The upstream server at ${server} closed the connection without an answer (${code}). See its log.`
          })
  }
}
