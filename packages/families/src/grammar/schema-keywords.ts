import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { typeAliases } from "../schema-values.ts"
import { formatPattern } from "./format-patterns.ts"
import { escapeRegex } from "./lark.ts"
import { plainlyDisjoint } from "./schema-disjoint.ts"
import { wholePattern } from "./schema-pattern.ts"

/** Longer limits make every mask of a string dearer, up to a hundredfold. */
const longestCounted = 256

/** Larger ones make the compiler run for seconds, or give up. */
const largestMultiple = 1000

/** Larger bounds have no regular expression. */
const largestBound = 2 ** 62

const formats = new Set(["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri"])

const typeNames = new Set(["null", "boolean", "integer", "number", "string", "array", "object"])

const rewrittenFormats = new Set(["date-time", "time", "uri"])

/** Where a keyword stands, and what its rewriting needs of the rest. */
export interface KeywordPlace {
  /** The schema that has the keyword, as it was sent. */
  readonly schema: JsonObject
  /** Rewrites a schema inside this one. */
  readonly part: (schema: Json, step: string) => Json
  /** The name of what a `$ref` points at, null where that is nothing. */
  readonly reference: (pointer: string) => string | null
  /** Notes that the grammar does not hold values to this keyword. */
  readonly drop: (keyword: string) => void
}

type Entries = ReadonlyArray<readonly [string, Json]>
type Writer = (value: Json, place: KeywordPlace, keyword: string) => Entries

/**
 * The keywords that stand in a rewritten schema for one of the schema as it was sent. What is no rule for values
 * (titles, examples, keywords of nobody's standard) vanishes silently.
 */
export const writeKeyword = (keyword: string, value: Json, place: KeywordPlace): Entries =>
  (Object.hasOwn(writers, keyword) ? writers[keyword] : undefined)?.(value, place, keyword) ?? []

const none: Entries = []

const keep: Writer = (value, _, keyword) => [[keyword, value]]

const dropped: Writer = (_, { drop }, keyword) => {
  drop(keyword)
  return none
}

const list = (value: Json): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

const partsOf = (value: Json, place: KeywordPlace, keyword: string): ReadonlyArray<Json> =>
  list(value).map((part, index) => place.part(part, `${keyword}.${index}`))

const partMap = (value: Json, place: KeywordPlace, keyword: string): JsonObject =>
  Object.fromEntries(
    Object.entries(isJsonObject(value) ? value : {}).map(([key, part]) => [key, place.part(part, `${keyword}.${key}`)])
  )

// Any type

const type: Writer = (value, { drop }) => {
  const names = (Array.isArray(value) ? value : [value]).map((name) => typeAliases.get(String(name)) ?? String(name))
  const known = [...new Set(names)].filter((name) => typeNames.has(name))
  if (known.length === 0) drop("type")
  return known.length === 0 ? none : [["type", known.length === 1 ? (known[0] ?? "") : known]]
}

const enumeration: Writer = (value, { drop }) => {
  if (list(value).length > 0) return [["enum", value]]
  drop("enum")
  return none
}

const alternatives: Writer = (value, place, keyword) => {
  if (list(value).length === 0) return none
  if (keyword === "oneOf" && !plainlyDisjoint(list(value))) place.drop("oneOf")
  const entry = ["anyOf", partsOf(value, place, keyword)] as const
  // Both in one schema: two conditions, of which one has to stand somewhere else.
  return keyword === "oneOf" && place.schema["anyOf"] !== undefined
    ? [["allOf", [...partsOf(place.schema["allOf"] ?? [], place, "allOf"), { anyOf: entry[1] }]]]
    : [entry]
}

const conjunction: Writer = (value, place, keyword) => {
  const { anyOf, oneOf } = place.schema
  if (list(value).length === 0 || (anyOf !== undefined && oneOf !== undefined)) return none
  return [["allOf", partsOf(value, place, keyword)]]
}

const reference: Writer = (value, { reference, drop }) => {
  const name = typeof value === "string" ? reference(value) : null
  if (name === null) drop("$ref")
  return name === null ? none : [["$ref", `#/$defs/${name}`]]
}

const counted: Writer = (value, { drop }, keyword) => {
  if (typeof value === "number" && value <= longestCounted) return [[keyword, value]]
  drop(keyword)
  return none
}

// Strings

const pattern: Writer = (value, { drop }) => {
  const whole = typeof value === "string" ? wholePattern(value) : null
  if (whole === null) drop("pattern")
  return whole === null ? none : [["pattern", `^(?:${whole})$`]]
}

const format: Writer = (value, { schema, drop }) => {
  // The compiler's own expressions take leap seconds at any minute of the day, and a scheme alone for an address.
  if (typeof value === "string" && rewrittenFormats.has(value) && schema["pattern"] === undefined)
    return formatPattern(value).map((source) => ["pattern", `^${source}$`] as const)
  if (typeof value === "string" && formats.has(value)) return [["format", value]]
  drop("format")
  return none
}

// Numbers

const bound: Writer = (value, { schema, drop }, keyword) => {
  // Draft 4: `true` makes the neighbouring bound exclusive.
  if (typeof value === "boolean") return none
  const exclusive = keyword === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum"
  if (typeof value === "number" && Math.abs(value) <= largestBound)
    return [[schema[exclusive] === true ? exclusive : keyword, value]]
  drop(keyword)
  return none
}

const multiple: Writer = (value, { drop }) => {
  const digits = typeof value === "number" ? /^(\d+)(?:\.(\d+))?$/.exec(String(value)) : null
  if (digits !== null && Number(`${digits[1]}${digits[2] ?? ""}`) <= largestMultiple) return [["multipleOf", value]]
  drop("multipleOf")
  return none
}

// Arrays

const items: Writer = (value, place) => {
  if (!Array.isArray(value)) return [["items", place.part(value, "items")]]
  // Draft 7: a list has a schema for each place.
  const rest = place.schema["additionalItems"]
  return [
    ["prefixItems", partsOf(value, place, "items")],
    ...(rest === undefined ? [] : [["items", place.part(rest, "additionalItems")] as const])
  ]
}

const unique: Writer = (value, { drop }) => {
  if (value === true) drop("uniqueItems")
  return none
}

// Objects

/** A regular expression that matches the names a `propertyNames` allows; undefined where it allows all of them, null where there is none. */
const namePattern = (names: Json): string | null | undefined => {
  if (names === true || !isJsonObject(names)) return names === true ? undefined : null
  const rules = Object.keys(names).filter((key) => key !== "type" && key !== "$schema" && key !== "description")
  if (rules.length === 0) return undefined
  const [rule] = rules
  if (rules.length > 1) return null
  if (rule === "enum")
    return `^(?:${list(names["enum"] ?? [])
      .map((name) => escapeRegex(String(name)))
      .join("|")})$`
  const whole = rule === "pattern" && typeof names["pattern"] === "string" ? wholePattern(names["pattern"]) : null
  return whole === null ? null : `^(?:${whole})$`
}

/** Names of properties can be held to a pattern only where the schema names none itself. */
const isNamed = (schema: JsonObject): boolean =>
  isJsonObject(schema["properties"]) || isJsonObject(schema["patternProperties"])

const patternOfNames = (schema: JsonObject): string | null | undefined => {
  const names = schema["propertyNames"]
  const found = names === undefined ? undefined : namePattern(names)
  return typeof found === "string" && isNamed(schema) ? null : found
}

const withNames = (found: string, rest: Json): Entries => [
  ["patternProperties", { [found]: rest }],
  ["additionalProperties", false]
]

const propertyNames: Writer = (_, { schema, drop }) => {
  const found = patternOfNames(schema)
  if (found === null) drop("propertyNames")
  return typeof found === "string" && schema["additionalProperties"] === undefined ? withNames(found, {}) : none
}

/** Several patterns must not overlap, which cannot be seen; one of them alone is taken. */
const patterns = (schema: JsonObject): JsonObject | null => {
  const found = schema["patternProperties"]
  const entries = isJsonObject(found) ? Object.entries(found) : []
  const [only] = entries
  const whole = only === undefined ? null : wholePattern(only[0])
  return only === undefined || whole === null || entries.length > 1 ? null : { [`^(?:${whole})$`]: only[1] }
}

const patternProperties: Writer = (_, place, keyword) => {
  const found = patterns(place.schema)
  if (found === null) place.drop(keyword)
  return found === null ? none : [[keyword, partMap(found, place, keyword)]]
}

const additionalProperties: Writer = (value, place, keyword) => {
  const names = patternOfNames(place.schema)
  if (typeof names === "string") return withNames(names, place.part(value, keyword))
  // Where a pattern cannot be told, whatever it may match has to be allowed.
  if (place.schema["patternProperties"] !== undefined && patterns(place.schema) === null) return none
  return [[keyword, typeof value === "boolean" ? value : place.part(value, keyword)]]
}

const unevaluatedProperties: Writer = (value, place) => {
  const { schema, drop } = place
  const whole = ["anyOf", "oneOf", "allOf", "$ref", "if", "dependentSchemas"].every((key) => schema[key] === undefined)
  if (whole && schema["additionalProperties"] === undefined)
    return additionalProperties(value, place, "additionalProperties")
  drop("unevaluatedProperties")
  return none
}

const required: Writer = (value, { schema, drop }) => {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {}
  const closed = schema["additionalProperties"] === false && schema["patternProperties"] === undefined
  const names = [...new Set(list(value).filter((name) => typeof name === "string"))]
  const possible = names.filter((name) => (Object.hasOwn(properties, name) ? properties[name] !== false : !closed))
  if (possible.length < names.length) drop("required")
  return possible.length === 0 ? none : [["required", possible]]
}

/** Counting works only where every property that the schema names has to be there. */
const propertyCount: Writer = (value, { schema, drop }, keyword) => {
  const needed = list(schema["required"] ?? [])
  const named = Object.keys(isJsonObject(schema["properties"]) ? schema["properties"] : {})
  if (typeof value === "number" && named.every((name) => needed.includes(name))) return [[keyword, value]]
  drop(keyword)
  return none
}

const writers: Readonly<Record<string, Writer>> = {
  type,
  enum: enumeration,
  const: keep,
  anyOf: alternatives,
  oneOf: alternatives,
  allOf: conjunction,
  $ref: reference,
  minLength: counted,
  maxLength: counted,
  pattern,
  format,
  minimum: bound,
  maximum: bound,
  exclusiveMinimum: bound,
  exclusiveMaximum: bound,
  multipleOf: multiple,
  items,
  prefixItems: (value, place, keyword) => [[keyword, partsOf(value, place, keyword)]],
  minItems: counted,
  maxItems: counted,
  uniqueItems: unique,
  properties: (value, place, keyword) => [[keyword, partMap(value, place, keyword)]],
  patternProperties,
  additionalProperties,
  unevaluatedProperties,
  propertyNames,
  required,
  minProperties: propertyCount,
  maxProperties: propertyCount,
  not: dropped,
  if: dropped,
  dependentRequired: dropped,
  dependentSchemas: dropped,
  dependencies: dropped,
  contains: dropped,
  unevaluatedItems: dropped,
  $dynamicRef: dropped,
  $recursiveRef: dropped
}
