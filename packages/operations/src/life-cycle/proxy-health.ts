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

/** A request under way. */
export const RunningRequest = Schema.Struct({
  id: Schema.String,
  /** The client's API. */
  dialect: Schema.String,
  /** Of work: `main`, `subagent`, `title`, … */
  class: Schema.String,
  /** As the client named it. */
  model: Schema.String,
  route: optional(Schema.String),
  /** `waiting` for its turn or for a server, `prefill` of its prompt, or `answering`. */
  phase: Schema.Literals(["waiting", "prefill", "answering"]),
  seconds: Schema.Finite,
  promptTokens: optional(Schema.Finite),
  cachedTokens: optional(Schema.Finite),
  /** Tokens of the prompt that are done. */
  prefilled: optional(Schema.Finite),
  /** Pieces of the answer so far: of a model of this machine, about its tokens. */
  pieces: optional(Schema.Finite),
  piecesPerSecond: optional(Schema.Finite)
})
export type RunningRequest = typeof RunningRequest.Type

/** Requests that have ended since the start, and their tokens. */
export const HealthTotals = Schema.Struct({
  finished: Schema.Finite,
  failed: Schema.Finite,
  promptTokens: Schema.Finite,
  /** Part of `promptTokens`: those that were in the cache. */
  cachedTokens: Schema.Finite,
  outputTokens: Schema.Finite
})
export type HealthTotals = typeof HealthTotals.Type

/** One of those who answer. */
export const BackendHealth = Schema.Struct({
  name: Schema.String,
  model: Schema.String,
  status: Schema.Literals(["starting", "ready", "asleep", "failed"]),
  message: optional(Schema.String),
  /** What it tells of itself, by name: bytes of memory, tokens in its cache, … */
  numbers: optional(Schema.Record(Schema.String, Schema.Finite)),
  /** What it computes with: `device`, `blas`, … */
  words: optional(Schema.Record(Schema.String, Schema.String)),
  /** What it can do: window, form of tools, pictures, … */
  card: optional(Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])))
})
export type BackendHealth = typeof BackendHealth.Type

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
  /** The window that clients are told, where it is another. */
  clientWindow: optional(Schema.Finite),
  /** Anthropic's clients are passed on to a server that speaks their API. */
  passesOn: optional(Schema.Boolean),
  backends: optional(Schema.Array(BackendHealth)),
  running: optional(Schema.Array(RunningRequest)),
  totals: optional(HealthTotals),
  /** Bytes of memory of the proxy itself. */
  memoryBytes: optional(Schema.Finite)
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
