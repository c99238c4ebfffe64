import {
  AuthenticationFailed,
  BackendFailed,
  type BackendError,
  BackendTimeout,
  BackendUnavailable,
  InvalidRequest,
  NotFound,
  Overloaded,
  PaymentRequired,
  PermissionDenied,
  RateLimited,
  RequestTooLarge
} from "@pensieve/errors"
import { isJsonObject } from "@pensieve/models"
import { cleanMessage } from "./clean-message.ts"
import { overflowError, type OverflowNumbers } from "./overflow-wordings.ts"
import { parseJson } from "./parse-json.ts"

/** What an error of an upstream says, whatever shape it came in. */
interface ErrorFacts {
  readonly message: string
  /** HTTP status, of the answer or written in the body; undefined where there is none. */
  readonly status: number | undefined
  readonly kind: string
  readonly numbers: OverflowNumbers
  readonly retryAfterSeconds: number | undefined
}

/** Broken JSON tells nobody anything; any other text may be a message. */
const parsed = (text: string): unknown => parseJson(text) ?? (/^\s*[{[]/.test(text) ? "" : text)

/** FastAPI's `detail`: a sentence, or a list of `{loc, msg}`. */
const detailText = (detail: unknown): string =>
  typeof detail === "string"
    ? detail
    : Array.isArray(detail)
      ? detail.flatMap((item) => (isJsonObject(item) && typeof item.msg === "string" ? [item.msg] : [])).join("; ")
      : ""

const messageOf = (value: unknown): string => {
  if (typeof value === "string") return value
  if (!isJsonObject(value)) return ""
  if (typeof value.message === "string") return value.message
  return typeof value.error === "string" ? value.error : detailText(value.detail)
}

const positive = (value: unknown): number | undefined => (typeof value === "number" && value > 0 ? value : undefined)

const numbersOf = (value: unknown): OverflowNumbers => {
  if (!isJsonObject(value)) return {}
  const promptTokens = positive(value.n_prompt_tokens)
  const window = positive(value.n_ctx)
  return { ...(promptTokens === undefined ? {} : { promptTokens }), ...(window === undefined ? {} : { window }) }
}

/** `code` may be a status, as a number or as text. */
const statusIn = (value: unknown): number | undefined => {
  const code = isJsonObject(value) ? Number(value.code ?? value.status) : Number.NaN
  return code >= 400 && code < 600 ? code : undefined
}

const factsOf = (value: unknown, status: number | undefined, retryAfterSeconds: number | undefined): ErrorFacts => {
  const inner = isJsonObject(value) && value.error !== undefined && value.error !== null ? value.error : value
  const kind = isJsonObject(inner) ? `${String(inner.type ?? "")} ${String(inner.code ?? "")}` : ""
  return {
    message: messageOf(inner),
    status: status ?? statusIn(inner),
    kind,
    numbers: numbersOf(inner),
    retryAfterSeconds
  }
}

/** OpenAI says it with the status of a rate limit, which no waiting ends. */
const outOfCredit = /billing|insufficient_(?:quota|balance|credits?)|payment_required/i

/** The status an error without one stands for, by its type or code. */
const kinds: ReadonlyArray<readonly [RegExp, number]> = [
  [/rate_?limit/i, 429],
  [/overloaded/i, 529],
  [/unavailable/i, 503],
  [/authentication/i, 401],
  [outOfCredit, 402],
  [/permission/i, 403],
  [/not_found/i, 404],
  [/request_too_large/i, 413],
  [/timeout/i, 504],
  [/invalid_?request|bad_?request|context_length_exceeded|exceed_context_size/i, 400]
]

const statusOf = ({ status, kind }: ErrorFacts): number =>
  status === 429 && outOfCredit.test(kind) ? 402 : (status ?? kinds.find(([pattern]) => pattern.test(kind))?.[1] ?? 500)

const waiting = (seconds: number | undefined) => (seconds === undefined ? {} : { retryAfterSeconds: seconds })

const byStatus = (status: number, said: string, seconds: number | undefined): BackendError => {
  const message = `The upstream failed: ${said}`
  if (status === 429)
    return new RateLimited({ message: `The upstream limits its requests: ${said}`, ...waiting(seconds) })
  if (status === 529 || (status === 503 && /loading|overloaded|busy/i.test(said))) {
    return new Overloaded({ message: `The upstream cannot take more work now: ${said}`, ...waiting(seconds) })
  }
  if (status === 401) {
    return new AuthenticationFailed({
      message: `The upstream refused the key it was given (PENSIEVE_UPSTREAM_KEY): ${said}`
    })
  }
  if (status === 402) return new PaymentRequired({ message: `The upstream wants to be paid: ${said}` })
  if (status === 403) return new PermissionDenied({ message: `The upstream does not allow this: ${said}` })
  if (status === 404) return new NotFound({ message: `The upstream has no such thing: ${said}` })
  if (status === 413) return new RequestTooLarge({ message: `The request is too large for the upstream: ${said}` })
  if (status === 408 || status === 504) return new BackendTimeout({ message })
  if (status === 503) return new BackendUnavailable({ message })
  if (status >= 400 && status < 500) return new InvalidRequest({ message: `The upstream refused the request: ${said}` })
  return new BackendFailed({ message })
}

const errorOf = (facts: ErrorFacts): BackendError => {
  const said = cleanMessage(facts.message)
  const overflow = overflowError(
    `${said}${/exceed_context_size|context_length_exceeded/.test(facts.kind) ? " (context_length_exceeded)" : ""}`,
    facts.numbers
  )
  if (overflow !== undefined) return overflow
  const status = statusOf(facts)
  return byStatus(status, said === "" ? `status ${status}, without a message` : said, facts.retryAfterSeconds)
}

/**
 * An upstream's answer that is no answer as an error.
 *
 * @param status HTTP status
 * @param body text of the body: OpenAI's envelope, any other JSON, HTML or nothing
 * @param retryAfterSeconds how long the upstream asks to wait
 * @see wire contract, section 8, and gateways measured, sections 3 and 4
 */
export const decodeError = (status: number, body: string, retryAfterSeconds?: number): BackendError =>
  errorOf(factsOf(parsed(body), status, retryAfterSeconds))

/** An error inside a stream or in a body with status 200. `value` is the whole chunk or body, or its text. */
export const decodeErrorChunk = (value: unknown): BackendError =>
  errorOf(factsOf(typeof value === "string" ? parsed(value) : value, undefined, undefined))
