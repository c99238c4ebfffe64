import { AuthenticationFailed } from "@pensieve/errors"
import { Effect, Redacted } from "effect"
import { ClientKeys } from "../backend.ts"

/** Whose key an upstream gets: the one in the environment, or the one a client sends beside the local token. */
export type KeySource = "environment" | "client"

type Headers = Readonly<Record<string, string>>

const noKey = new AuthenticationFailed({
  message:
    "The upstream takes the clients' own keys, and this request brings none. Send the local token in one of `x-api-key` and `Authorization: Bearer`, and the upstream's key in the other."
})

/** The key for a request that is translated: always in `x-api-key`, which the API knows keys by. */
export const keyHeaders = (from: KeySource, key: string | undefined): Effect.Effect<Headers, AuthenticationFailed> => {
  if (from === "environment") return Effect.succeed(key === undefined ? {} : { "x-api-key": key })
  return Effect.flatMap(ClientKeys, ([own]) =>
    own === undefined ? Effect.fail(noKey) : Effect.succeed({ "x-api-key": Redacted.value(own) })
  )
}

/** The key for a request that is passed on; a client's own stays in the header it came in, for a subscription has a bearer. */
export const passedKeyHeaders = (
  from: KeySource,
  key: string | undefined,
  sent: Headers
): Effect.Effect<Headers, AuthenticationFailed> => {
  if (from === "environment") return keyHeaders(from, key)
  const own = Object.fromEntries(
    ["authorization", "x-api-key"].flatMap((name) => (sent[name] === undefined ? [] : [[name, sent[name]]]))
  )
  return Object.keys(own).length === 0 ? Effect.fail(noKey) : Effect.succeed(own)
}
