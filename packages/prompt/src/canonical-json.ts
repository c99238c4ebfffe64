import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The same value with the keys of every object in one order, so that two spellings of it render to the same bytes.
 * Clients send a call's input back with its keys in another order than the model wrote.
 *
 * @param omit keys to leave out, at every depth
 */
export const canonicalJson = (value: Json, omit: ReadonlySet<string> = new Set()): Json => {
  if (isJsonObject(value)) return canonicalObject(value, omit)
  return Array.isArray(value) ? value.map((item) => canonicalJson(item, omit)) : value
}

/** {@link canonicalJson} of an object. */
export const canonicalObject = (value: JsonObject, omit: ReadonlySet<string> = new Set()): JsonObject =>
  Object.fromEntries(
    Object.keys(value)
      .filter((key) => !omit.has(key))
      .toSorted(byCodeUnit)
      .map((key) => [key, canonicalJson(value[key] ?? null, omit)])
  )
