import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"

/** A field that should be an object; none where it is missing. */
export const objectIn = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})

/** The objects of a field that should be a list. */
export const objectsIn = (value: Json | undefined): ReadonlyArray<JsonObject> =>
  Array.isArray(value) ? value.filter(isJsonObject) : []

/** A field that should be text; empty where it is missing. */
export const textIn = (value: Json | undefined): string => (typeof value === "string" ? value : "")

/** Text that says something, else undefined: some servers send empty names and ids for missing ones. */
export const filledIn = (value: Json | undefined): string | undefined => textIn(value) || undefined

/** A count of tokens; 0 for what is none. */
export const countIn = (value: Json | undefined): number =>
  typeof value === "number" && value > 0 ? Math.floor(value) : 0
