import { Result, Schema } from "effect"

const optional = Schema.optionalKey

/** Which process a proxy is. */
export const ProxyIdentity = Schema.Struct({
  version: Schema.String,
  /** Made anew at each start. */
  instance: Schema.String,
  pid: Schema.Int,
  /** The state folder. */
  home: Schema.String,
  /** Milliseconds since 1970. */
  startedAt: Schema.Finite
})
export type ProxyIdentity = typeof ProxyIdentity.Type

/** What `GET /health` tells whoever has the token. Another version may tell less, or more. */
export const ProxyHealth = Schema.Struct({
  status: Schema.Literals(["healthy", "starting", "unhealthy", "stopping"]),
  /** Why it is not healthy, and what to do. */
  message: optional(Schema.String),
  ...ProxyIdentity.fields,
  /** Who answers: `mlx`, `openai`, `anthropic`, … */
  backend: Schema.String,
  model: Schema.String,
  /** Tokens of prompt and answer together; absent while it is not known. */
  window: optional(Schema.Finite),
  /** Anthropic's clients are passed on to a server that speaks their API. */
  passesOn: optional(Schema.Boolean)
})
export type ProxyHealth = typeof ProxyHealth.Type

/** What anybody is told; versions before 0.1 told their version too. */
const PublicHealth = Schema.Struct({ status: Schema.String, version: optional(Schema.String) })

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(ProxyHealth))
const decodePublic = Schema.decodeUnknownResult(Schema.fromJsonString(PublicHealth))

/** Reads the answer to a caller with the token; undefined when it is something else. */
export const readHealth = (text: string): ProxyHealth | undefined => Result.getOrUndefined(decode(text))

/** Reads the answer to a stranger; undefined when it is something else. */
export const readPublicHealth = (text: string): typeof PublicHealth.Type | undefined =>
  Result.getOrUndefined(decodePublic(text))
