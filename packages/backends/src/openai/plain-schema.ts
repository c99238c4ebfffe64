import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"

/** Keywords that every grammar compiler takes, or passes over as words for the model. */
const kept = new Set(["type", "title", "description", "enum", "const", "default", "required", "additionalProperties"])
/** Keywords that hold a list of schemas, one of which must fit. */
const choices = new Set(["anyOf", "oneOf"])
/** References inside references, at most: a schema that contains itself ends in one that takes everything. */
const mostHops = 4

/**
 * A tool's schema with the plain keywords only: types, properties, enumerations, choices; references are put in. Whatever the
 * schema took, the plain one takes as well: it never says more than the schema did.
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md, JSON Schemas: the rest makes grammars fail
 */
export const plainSchema = (schema: JsonObject): JsonObject => objectSchema(plain(schema, schema, 0))

/** A schema that says that arguments are an object; LM Studio and OpenAI refuse one that does not. */
export const objectSchema = (schema: JsonObject): JsonObject => ({
  ...schema,
  type: "object",
  properties: isJsonObject(schema.properties) ? schema.properties : {}
})

const plain = (schema: JsonObject, root: JsonObject, hops: number): JsonObject => {
  if (typeof schema.$ref === "string") {
    const target = resolve(schema.$ref, root)
    return target === undefined || hops >= mostHops ? {} : plain(target, root, hops + 1)
  }
  const result: Record<string, Json> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === "additionalProperties" ? typeof value === "boolean" : kept.has(key)) result[key] = value
    else if (key === "properties" && isJsonObject(value)) result[key] = eachPlain(value, root, hops)
    else if (key === "items" && isJsonObject(value)) result[key] = plain(value, root, hops)
    else if (choices.has(key) && Array.isArray(value)) result.anyOf = listPlain(value, root, hops)
    else if (key === "allOf" && Array.isArray(value)) merge(result, listPlain(value, root, hops))
  }
  return result
}

const eachPlain = (schemas: JsonObject, root: JsonObject, hops: number): JsonObject =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, isJsonObject(schema) ? plain(schema, root, hops) : {}])
  )

const listPlain = (schemas: ReadonlyArray<Json>, root: JsonObject, hops: number): ReadonlyArray<JsonObject> =>
  schemas.map((schema) => (isJsonObject(schema) ? plain(schema, root, hops) : {}))

/** All of several schemas as one: properties together, and of other keywords the first. */
const merge = (result: Record<string, Json>, parts: ReadonlyArray<JsonObject>): void => {
  for (const part of parts)
    for (const [key, value] of Object.entries(part)) {
      const before = result[key]
      if (key === "properties" && isJsonObject(before) && isJsonObject(value)) result[key] = { ...value, ...before }
      else if (key === "required" && Array.isArray(before) && Array.isArray(value))
        result[key] = [...new Set([...before, ...value])]
      else if (before === undefined) result[key] = value
    }
  // What one part forbids another may allow.
  delete result.additionalProperties
}

const resolve = (reference: string, root: JsonObject): JsonObject | undefined => {
  if (reference === "#") return root
  if (!reference.startsWith("#/")) return undefined
  let at: Json | undefined = root
  for (const key of reference.slice(2).split("/"))
    at = isJsonObject(at) ? at[key.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined
  return isJsonObject(at) ? at : undefined
}
