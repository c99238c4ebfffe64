import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"

/** Whether no value can fit two of these schemas, as far as that is plain to see: then `oneOf` says the same as `anyOf`. */
export const plainlyDisjoint = (schemas: ReadonlyArray<Json>): boolean =>
  schemas.every((one, index) => schemas.slice(index + 1).every((other) => disjoint(one, other)))

const disjoint = (one: Json, other: Json): boolean => {
  if (!isJsonObject(one) || !isJsonObject(other)) return false
  if (noneShared(values(one), values(other)) || noneShared(types(one), types(other))) return true
  const [tags, others] = [tagsOf(one), tagsOf(other)]
  return [...tags].some(([key, set]) => noneShared(set, others.get(key) ?? null))
}

const noneShared = (one: ReadonlySet<string> | null, other: ReadonlySet<string> | null): boolean =>
  one !== null && other !== null && ![...one].some((value) => other.has(value))

const values = (schema: JsonObject): ReadonlySet<string> | null => {
  if (schema["const"] !== undefined) return new Set([JSON.stringify(schema["const"])])
  return Array.isArray(schema["enum"]) ? new Set(schema["enum"].map((value) => JSON.stringify(value))) : null
}

const types = (schema: JsonObject): ReadonlySet<string> | null => {
  const type = schema["type"]
  const named = (Array.isArray(type) ? type : [type]).filter((one) => typeof one === "string")
  return named.length === 0 ? null : new Set(named.map((one) => (one === "integer" ? "number" : one)))
}

/** Required properties that can have certain values only: what tells the kinds of a union apart. */
const tagsOf = (schema: JsonObject): ReadonlyMap<string, ReadonlySet<string>> => {
  const { required, properties } = schema
  const tags = new Map<string, ReadonlySet<string>>()
  if (!Array.isArray(required) || !isJsonObject(properties)) return tags
  for (const [key, property] of Object.entries(properties)) {
    const allowed = isJsonObject(property) ? values(property) : null
    if (allowed !== null && required.includes(key)) tags.set(key, allowed)
  }
  return tags
}
