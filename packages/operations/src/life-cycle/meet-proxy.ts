import { challengeHeader, proofHeader, proofOf } from "@pensieve/auth"
import type { NotReached } from "@pensieve/errors"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { askLocal } from "./ask-local.ts"
import { type ProxyHealth, readHealth, readPublicHealth } from "./proxy-health.ts"

/** Who listens on a port. */
export type Met =
  /** A proxy that knows the token. */
  | { readonly who: "ours"; readonly health: ProxyHealth }
  /** A proxy that knows it and does not say all that we ask: another version. */
  | { readonly who: "other-version"; readonly version: string | undefined }
  /** A proxy with another token: another user's, or another state folder's. */
  | { readonly who: "strange-proxy"; readonly version: string | undefined }
  | { readonly who: "stranger" }
  | { readonly who: "nobody" }

/**
 * Finds out who listens on a port of this machine. The token is sent only to who has proved to know it.
 *
 * @param token the one that our proxy would take
 */
export const meetProxy = (port: number, token: string): Effect.Effect<Met> =>
  askWho(port, token).pipe(
    Effect.catchTag("NotReached", ({ refused }) => Effect.succeed<Met>({ who: refused ? "nobody" : "stranger" }))
  )

const askWho = (port: number, token: string): Effect.Effect<Met, NotReached> =>
  Effect.gen(function* () {
    const challenge = randomBytes(24).toString("base64url")
    const { text, headers } = yield* askLocal({ port, path: "/health", headers: { [challengeHeader]: challenge } })
    const told = readPublicHealth(text)
    if (headers[proofHeader] !== proofOf(token, port, challenge))
      return isProxy(told, headers) ? { who: "strange-proxy", version: told?.version } : { who: "stranger" }
    const trusted = yield* askLocal({ port, path: "/health", headers: { authorization: `Bearer ${token}` } })
    const health = readHealth(trusted.text)
    return health === undefined
      ? { who: "other-version", version: readPublicHealth(trusted.text)?.version }
      : { who: "ours", health }
  })

/** By its words and by its header: an Ollama has a `/health`, too. */
const isProxy = (told: { readonly status: string } | undefined, headers: Readonly<Record<string, unknown>>): boolean =>
  told !== undefined &&
  ["healthy", "starting", "unhealthy", "stopping"].includes(told.status) &&
  String(headers["request-id"]).startsWith("req_")
