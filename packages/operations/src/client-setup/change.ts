import { Schema } from "effect"

/** Plain JSON. */
export const Json = Schema.Json
export type Json = typeof Json.Type

/** One value that Pensieve wants in a client's settings, by its keys from the root. */
export interface Change {
  readonly path: ReadonlyArray<string>
  readonly value: Json
  /** Only where something else stands there: a key of another service that is to be out of the way. */
  readonly onlyInstead?: true
  /** `value` is a list of `{name, value}`: they are put among those that are there, each in place of its namesake. */
  readonly byName?: true
}

/** A change that was made, and what stood there before; without `before` there was nothing. */
export const MadeChange = Schema.Struct({
  path: Schema.Array(Schema.String),
  value: Json,
  before: Schema.optionalKey(Json),
  byName: Schema.optionalKey(Schema.Literal(true))
})
export type MadeChange = typeof MadeChange.Type
