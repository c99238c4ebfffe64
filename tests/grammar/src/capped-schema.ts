import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"

const longestText = 12

/** Formats of any length; a shorter text may be none of them. */
const longFormats = new Set<Json | undefined>(["uri", "email", "hostname"])
const longestFormat = 40

/**
 * A schema of what the engine can enforce, under which nothing can grow without end, so that a model that says anything at random
 * comes to an end.
 */
export const cappedSchema = (schema: Json): Json => {
  if (Array.isArray(schema)) return schema.map(cappedSchema)
  if (!isJsonObject(schema)) return schema
  if (!describes.some((keyword) => schema[keyword] !== undefined)) return anything
  const capped = Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => (isOpen(key, value) ? [] : [[key, cappedPart(key, value)]]))
  )
  // Names that nothing describes have no end either.
  const openNames = isJsonObject(schema["additionalProperties"]) && schema["propertyNames"] === undefined
  const types = Array.isArray(schema["type"]) ? schema["type"] : [schema["type"]]
  const bounded = ["pattern", "enum", "format"].some((key) => capped[key] !== undefined)
  return {
    ...capped,
    ...(openNames ? { additionalProperties: false } : {}),
    ...(types.includes("string") && !bounded ? { maxLength: longestText } : {}),
    ...(longFormats.has(capped["format"]) ? { maxLength: longestFormat } : {}),
    ...(types.includes("array") ? { maxItems: 2 } : {}),
    ...(types.includes("integer") ? { minimum: capped["minimum"] ?? -1000, maximum: capped["maximum"] ?? 1000 } : {}),
    ...(types.includes("number") ? { minimum: capped["minimum"] ?? -10, maximum: capped["maximum"] ?? 10 } : {})
  }
}

/** One of these says what a value is; without any it may be everything. */
const describes = ["type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "properties", "required", "pattern"]
const anything = { type: ["boolean", "null"] }

/** Rules that only a check afterwards can hold a value to. */
const isOpen = (key: string, value: Json): boolean => key === "uniqueItems" || (key === "format" && value === "regex")

const cappedPart = (key: string, value: Json): Json => {
  if (key === "enum" || key === "const" || key === "required") return value
  if ((key === "properties" || key === "$defs") && isJsonObject(value)) return cappedEach(value)
  // What a pattern leaves open, and names, end too.
  if (key === "pattern") return "^[a-zA-Z0-9/_-]{1,12}$"
  if (key === "propertyNames") return { type: "string", pattern: "^[A-Z_]{1,6}$" }
  return cappedSchema(value)
}

const cappedEach = (schemas: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, cappedSchema(schema)]))
