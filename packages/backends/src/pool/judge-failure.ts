import { type BackendError, errorRow } from "@pensieve/errors"
import type { Conversation } from "@pensieve/models"
import { createHash } from "node:crypto"

const own = new Set<BackendError["_tag"]>(["NotFound", "AuthenticationFailed", "PaymentRequired"])

/** Whether another backend may do better with the same request: it has other models, another key, another account. */
export const mayBeElsewhere = (error: BackendError): boolean => errorRow(error).retryable || own.has(error._tag)

/** Whether it speaks against the backend, and not against the request or its sender. */
export const isBackendsFault = ({ _tag }: BackendError): boolean =>
  _tag === "BackendFailed" || _tag === "BackendUnavailable" || _tag === "BackendTimeout" || _tag === "UpstreamFailed"

/** Whether nobody was there. */
export const isAbsence = (error: BackendError): boolean =>
  error._tag === "BackendUnavailable" || (error._tag === "UpstreamFailed" && error.unreachable)

/** How long a backend asks to be left alone, seconds. */
export const restSeconds = (error: BackendError): number =>
  error._tag === "RateLimited" || error._tag === "Overloaded" ? (error.retryAfterSeconds ?? 1) : 0

/** What tells a request from others: a client sends the same one again after a failure. */
export const fingerprint = ({ turns }: Pick<Conversation, "turns">): string =>
  createHash("sha256")
    .update(`${turns.length} ${JSON.stringify(turns.at(-1) ?? null)}`)
    .digest("base64")
