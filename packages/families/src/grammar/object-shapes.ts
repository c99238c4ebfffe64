import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"

/** One way in which an object may be made. */
export interface ObjectShape {
  readonly properties: ReadonlyMap<string, Json>
  readonly required: ReadonlySet<string>
  /** What properties without a name of their own hold; false where there may be none. */
  readonly others: Json
}

const mostShapes = 32
const mostHops = 16

const open: ObjectShape = { properties: new Map(), required: new Set(), others: {} }

/**
 * The ways in which an object of a rewritten schema may be made: one, or one for each branch of its alternatives. For
 * forms that write an object's properties one by one.
 */
export const objectShapes = (schema: Json, definitions: JsonObject, hops = 0): ReadonlyArray<ObjectShape> => {
  if (!isJsonObject(schema) || hops > mostHops) return [open]
  const { $ref, allOf, anyOf } = schema
  let shapes: ReadonlyArray<ObjectShape> = [ownShape(schema)]
  const join = (other: ReadonlyArray<ObjectShape>) => {
    if (shapes.length * other.length <= mostShapes)
      shapes = shapes.flatMap((one) => other.map((two) => joined(one, two)))
  }
  if (typeof $ref === "string")
    join(objectShapes(definitions[$ref.replace("#/$defs/", "")] ?? {}, definitions, hops + 1))
  if (Array.isArray(allOf)) for (const part of allOf) join(objectShapes(part, definitions, hops + 1))
  if (Array.isArray(anyOf)) join(anyOf.flatMap((part) => objectShapes(part, definitions, hops + 1)))
  return shapes
}

const ownShape = (schema: JsonObject): ObjectShape => {
  const { properties, required, additionalProperties, patternProperties } = schema
  const patterned = isJsonObject(patternProperties) ? Object.values(patternProperties)[0] : undefined
  return {
    properties: new Map(Object.entries(isJsonObject(properties) ? properties : {})),
    required: new Set(Array.isArray(required) ? required.filter((name) => typeof name === "string") : []),
    others: patterned ?? additionalProperties ?? {}
  }
}

/** What both allow. A property that both describe has to fit both. */
const joined = (one: ObjectShape, two: ObjectShape): ObjectShape => {
  const properties = new Map(one.properties)
  for (const [key, schema] of two.properties) properties.set(key, both(properties.get(key) ?? one.others, schema))
  for (const [key, schema] of one.properties)
    if (!two.properties.has(key)) properties.set(key, both(schema, two.others))
  return { properties, required: new Set([...one.required, ...two.required]), others: both(one.others, two.others) }
}

const both = (one: Json, two: Json): Json => {
  if (one === false || two === false) return false
  if (isAnything(one)) return two
  return isAnything(two) || JSON.stringify(one) === JSON.stringify(two) ? one : { allOf: [one, two] }
}

const isAnything = (schema: Json): boolean =>
  schema === true || (isJsonObject(schema) && Object.keys(schema).length === 0)
