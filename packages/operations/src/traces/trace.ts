import { Result, Schema } from "effect"

const optional = Schema.optionalKey

/** One request to a backend, and what came back. */
export const TracedAttempt = Schema.Struct({
  /** The body as JSON; as text where it is none. */
  sent: Schema.Unknown,
  /** A model's raw text, or a server's answer as it came. */
  heard: Schema.String
})

/** One thing that was said of an answer; pieces of text of one kind that followed each other are one. */
export const TracedEvent = Schema.Struct({
  /** Milliseconds since the request came. */
  ms: Schema.Finite,
  event: Schema.Record(Schema.String, Schema.Unknown)
})
export type TracedEvent = typeof TracedEvent.Type

/** Everything about one exchange. */
export const Trace = Schema.Struct({
  traceVersion: Schema.Literal(1),
  id: Schema.String,
  /** Milliseconds since 1970. */
  time: Schema.Finite,
  /** Of the program. */
  version: Schema.String,
  dialect: Schema.String,
  class: Schema.String,
  model: Schema.String,
  route: optional(Schema.String),
  outcome: Schema.String,
  /** Why it broke off. */
  why: optional(Schema.String),
  /** As the client sent it, without its credentials. */
  client: optional(
    Schema.Struct({ path: Schema.String, headers: Schema.Record(Schema.String, Schema.String), body: Schema.Unknown })
  ),
  /** Each rule that was tried, and why it lost or won. */
  decision: optional(Schema.Unknown),
  attempts: Schema.Array(TracedAttempt),
  events: Schema.Array(TracedEvent),
  notices: Schema.Array(Schema.Unknown),
  /** Numbers: tokens, milliseconds. */
  numbers: Schema.Record(Schema.String, Schema.Finite),
  /** It was too long: its later part is missing. */
  truncated: Schema.Boolean
})
export type Trace = typeof Trace.Type

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Trace))

/** Reads a trace; undefined when it is none. */
export const readTrace = (text: string): Trace | undefined => Result.getOrUndefined(decode(text))
