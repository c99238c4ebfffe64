import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { formatPattern } from "./format-patterns.ts"

/** One kind of value that a schema allows. A value of a schema is of one of its kinds. */
export type ValueKind =
  /** Any value at all. */
  | { readonly kind: "any" }
  /** This very value. */
  | { readonly kind: "literal"; readonly value: Json }
  /** A string that all of these regular expressions match as a whole. */
  | { readonly kind: "string"; readonly patterns: ReadonlyArray<string>; readonly schema: JsonObject }
  /** A value of one type that is not a string, as the schema describes it. */
  | { readonly kind: "typed"; readonly type: string; readonly schema: JsonObject }

const mostHops = 16

/** The kinds of value that a rewritten schema allows. */
export const valueKinds = (schema: Json, definitions: JsonObject, hops = 0): ReadonlyArray<ValueKind> => {
  if (schema === false) return []
  if (!isJsonObject(schema) || hops > mostHops) return [{ kind: "any" }]
  const { $ref, allOf, anyOf, ...own } = schema
  if (typeof $ref === "string") {
    const target = definitions[$ref.replace("#/$defs/", "")] ?? {}
    return valueKinds(merged(schema, "$ref", target), definitions, hops + 1)
  }
  // What all parts say of a string or a number can stand side by side; objects are joined where they are written.
  if (Array.isArray(allOf) && !isObjectSchema(schema, definitions, 0))
    return valueKinds(
      allOf.reduce<JsonObject>((all, part) => merged(all, "allOf", part), schema),
      definitions,
      hops + 1
    )
  if (Array.isArray(anyOf) && own["type"] !== "object")
    return anyOf.flatMap((part) => valueKinds(merged(schema, "anyOf", part), definitions, hops + 1))
  return ownKinds(schema)
}

/** A schema without one of its keywords and with what another one says; the other one wins where both speak. */
const merged = (schema: JsonObject, without: string, other: Json): JsonObject => {
  const { [without]: _, ...rest } = schema
  if (!isJsonObject(other) || Object.keys(rest).length === 0) return isJsonObject(other) ? other : rest
  const properties = { ...asObject(rest["properties"]), ...asObject(other["properties"]) }
  const required = [...asList(rest["required"]), ...asList(other["required"])]
  return {
    ...rest,
    ...other,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required })
  }
}

const asObject = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})
const asList = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

const isObjectSchema = (schema: Json, definitions: JsonObject, hops: number): boolean => {
  if (!isJsonObject(schema) || hops > mostHops) return false
  if (schema["type"] === "object" || schema["properties"] !== undefined) return true
  const { $ref, allOf } = schema
  if (typeof $ref === "string")
    return isObjectSchema(definitions[$ref.replace("#/$defs/", "")] ?? {}, definitions, hops + 1)
  return asList(allOf).some((part) => isObjectSchema(part, definitions, hops + 1))
}

const ownKinds = (schema: JsonObject): ReadonlyArray<ValueKind> => {
  const types = typesOf(schema)
  const fits = (value: Json): boolean => types.length === 0 || types.some((type) => isOfType(value, type))
  if (schema["const"] !== undefined) return fits(schema["const"]) ? [{ kind: "literal", value: schema["const"] }] : []
  if (Array.isArray(schema["enum"]))
    return schema["enum"].filter(fits).map((value): ValueKind => ({ kind: "literal", value }))
  const known = types.length > 0 ? types : impliedTypes(schema)
  if (known.length === 0) return [{ kind: "any" }]
  return known.map((type): ValueKind =>
    type === "string"
      ? { kind: "string", patterns: stringPatterns(schema), schema: { ...schema, type } }
      : { kind: "typed", type, schema: { ...schema, type } }
  )
}

const typesOf = ({ type }: JsonObject): ReadonlyArray<string> =>
  (Array.isArray(type) ? type : [type]).filter((one) => typeof one === "string")

const isOfType = (value: Json, type: string): boolean => {
  if (type === "integer") return Number.isInteger(value)
  if (type === "null") return value === null
  if (type === "array") return Array.isArray(value)
  return type === "object" ? isJsonObject(value) : typeof value === type
}

/** Schemas that forget to name a type mean the one their keywords speak of. */
const impliedTypes = (schema: JsonObject): ReadonlyArray<string> => {
  const has = (...keys: ReadonlyArray<string>) => keys.some((key) => schema[key] !== undefined)
  if (has("properties", "required", "additionalProperties", "patternProperties", "allOf")) return ["object"]
  if (has("items", "prefixItems", "minItems", "maxItems")) return ["array"]
  if (has("pattern", "format", "minLength", "maxLength")) return ["string"]
  return has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf") ? ["number"] : []
}

const stringPatterns = ({ pattern, format, minLength, maxLength }: JsonObject): ReadonlyArray<string> => [
  // The rewriting has put the anchors there.
  ...(typeof pattern === "string" ? [pattern.slice(1, -1)] : []),
  ...(typeof format === "string" ? formatPattern(format) : []),
  ...(minLength === undefined && maxLength === undefined
    ? []
    : [`(?s:.{${typeof minLength === "number" ? minLength : 0},${typeof maxLength === "number" ? maxLength : ""}})`])
]
