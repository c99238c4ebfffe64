import { Schema } from "effect"

/** Plain JSON. */
export const Json = Schema.Json
export type Json = typeof Json.Type

/** One value that Pensieve wants in a client's settings, by its keys from the root. */
export interface Change {
  readonly path: ReadonlyArray<string>
  readonly value: Json
}

/** A change that was made, and what stood there before; without `before` there was nothing. */
export const MadeChange = Schema.Struct({
  path: Schema.Array(Schema.String),
  value: Json,
  before: Schema.optionalKey(Json)
})
export type MadeChange = typeof MadeChange.Type
