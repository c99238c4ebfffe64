import { type Schema, Validator } from "@cfworker/json-schema"
import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { Result } from "effect"
import { typeAliases } from "./schema-values.ts"

/** One thing that a value lacks or has too much of, by its schema. */
export interface SchemaFault {
  /** JSON pointer into the value; empty for the value itself. */
  readonly path: string
  /** The schema's keyword that is not met. */
  readonly keyword: string
  /** In words, without values of the input. */
  readonly message: string
}

/** Compiled schemas by the objects they were made of. */
const validators = new WeakMap<JsonObject, Validator | null>()

/**
 * Checks a value against a JSON Schema (drafts 4, 7, 2019-09 and 2020-12). An empty list is a value that fits; so is any
 * value for a schema that cannot be read, which nobody could satisfy or break.
 */
export const checkInput = (schema: JsonObject, input: Json): ReadonlyArray<SchemaFault> => {
  const validator = validators.get(schema) ?? remember(schema)
  if (validator === null) return []
  // The library throws where it meets a reference or a pattern that it cannot read.
  const run = Result.try({ try: () => validator.validate(input), catch: () => "unreadable" })
  if (Result.isFailure(run) || run.success.valid) return []
  const { errors } = run.success
  const own = errors.filter(({ keyword }) => !containers.has(keyword))
  return (own.length === 0 ? errors : own).map(({ instanceLocation, keyword, error }) => ({
    path: instanceLocation.slice(1),
    keyword,
    message: error
  }))
}

/** Keywords whose faults only point at others. */
const containers = new Set(["properties", "items", "additionalItems", "prefixItems", "$ref", "allOf", "if"])

const remember = (schema: JsonObject): Validator | null => {
  const validator = compile(schema)
  validators.set(schema, validator)
  return validator
}

const compile = (schema: JsonObject): Validator | null => {
  // The library writes into what it is given.
  const own = withKnownTypes(schema)
  if (!isSchema(own)) return null
  return Result.getOrNull(Result.try({ try: () => new Validator(own, draftOf(schema), false), catch: () => null }))
}

const draftOf = (schema: JsonObject): "4" | "7" | "2019-09" | "2020-12" => {
  const named = schema["$schema"]
  if (typeof named !== "string") return "2020-12"
  if (named.includes("draft-04")) return "4"
  return named.includes("draft-07") || named.includes("draft-06") ? "7" : "2020-12"
}

/** Tools' schemas name types that JSON Schema does not have; a word nobody knows says nothing. */
const withKnownTypes = (schema: Json): Json => {
  if (Array.isArray(schema)) return schema.map(withKnownTypes)
  if (!isJsonObject(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]): Array<[string, Json]> => {
      if (key === "const" || (key === "enum" && Array.isArray(value))) return [[key, value]]
      if (key !== "type") return [[key, withKnownTypes(value)]]
      const types = (Array.isArray(value) ? value : [value]).map(knownType)
      const whole = types.filter((type) => type !== undefined)
      // `type` may be a parameter's name too.
      if (whole.length < types.length) return isJsonObject(value) ? [[key, withKnownTypes(value)]] : []
      return [[key, Array.isArray(value) ? whole : (whole[0] ?? null)]]
    })
  )
}

const jsonTypes = new Set(["null", "boolean", "integer", "number", "array", "object", "string"])

const knownType = (type: Json): string | undefined => {
  if (typeof type !== "string") return undefined
  const known = typeAliases.get(type) ?? type
  return jsonTypes.has(known) ? known : undefined
}

const isSchema = (value: Json): value is JsonObject & Schema => isJsonObject(value)
