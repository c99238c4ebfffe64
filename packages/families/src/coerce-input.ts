import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { readLiteral } from "./literals.ts"
import { plainName } from "./names.ts"
import type { RepairRule } from "./repair-rules.ts"
import { checkInput } from "./schema-check.ts"
import { resolveReference, typesOf } from "./schema-values.ts"

/** A value that fits where it came, and what was mended. */
export interface CoercedInput {
  readonly input: JsonObject
  readonly repairs: ReadonlyArray<RepairRule>
}

/**
 * Makes an input that does not fit its schema fit, where that loses nothing: `"5"` to 5 for a number, a list written as a
 * string, a parameter whose name differs in case or punctuation. Null where some fault stays: then nothing is changed.
 */
export const coerceInput = (schema: JsonObject, input: JsonObject): CoercedInput | null => {
  const coercion = new Coercion(schema)
  const coerced = coercion.value(schema, input, 0)
  return isJsonObject(coerced) && coercion.rules.size > 0 && checkInput(schema, coerced).length === 0
    ? { input: coerced, repairs: [...coercion.rules] }
    : null
}

const maximumDepth = 64

class Coercion {
  readonly #root: JsonObject
  readonly rules = new Set<RepairRule>()

  constructor(root: JsonObject) {
    this.#root = root
  }

  value(schema: Json | undefined, value: Json, depth: number): Json {
    const own = this.#resolved(schema)
    if (own === null || depth > maximumDepth) return value
    const types = typesOf(own, this.#root, 0)
    const typed = types.size === 0 || fits(types, value) ? value : this.#toType(own, types, value)
    if (Array.isArray(typed)) return typed.map((item: Json) => this.value(own["items"], item, depth + 1))
    return isJsonObject(typed) ? this.#object(this.#branch(own, typed), typed, depth) : typed
  }

  /** What a reference stands for, and the one alternative that is not null. */
  #resolved(schema: Json | undefined): JsonObject | null {
    let at: Json | undefined = schema
    for (let hops = 0; hops < 8 && isJsonObject(at); hops++) {
      const reference: Json | undefined = at["$ref"]
      const others: ReadonlyArray<Json> = alternatives(at).filter(
        (one) => !(isJsonObject(one) && one["type"] === "null")
      )
      if (typeof reference === "string") at = resolveReference(reference, this.#root)
      else if (at["properties"] === undefined && others.length === 1) at = others[0]
      else return at
    }
    return isJsonObject(at) ? at : null
  }

  /** Of several alternatives the one whose fixed values (`const`, `enum` of one) the object has. */
  #branch(schema: JsonObject, value: JsonObject): JsonObject {
    const fitting = alternatives(schema)
      .map((one) => this.#resolved(one))
      .filter((one) => one !== null && hasFixedValues(one, value))
    return fitting.length === 1 && fitting[0] ? fitting[0] : schema
  }

  // Scalars and lists

  #toType(schema: JsonObject, types: ReadonlySet<string>, value: Json): Json {
    if (typeof value === "string") return this.#fromText(types, value, schema)
    if (typeof value === "number" && types.has("string") && Number.isSafeInteger(value))
      return this.#mended("value-to-text", String(value))
    return this.#toList(schema, types, value)
  }

  #fromText(types: ReadonlySet<string>, text: string, schema: JsonObject): Json {
    if (types.has("string")) return text
    const scalar = scalarOf(types, text)
    if (scalar !== undefined) return this.#mended("text-to-value", scalar)
    if (types.has("array") || types.has("object")) {
      const structure = readLiteral(text)
      if (structure !== undefined && fits(types, structure)) return this.#mended("text-to-structure", structure)
    }
    return this.#toList(schema, types, text)
  }

  #toList(schema: JsonObject, types: ReadonlySet<string>, value: Json): Json {
    const items = schema["items"]
    const wraps = types.has("array") && value !== null && !Array.isArray(value) && isJsonObject(items)
    if (!wraps || !fits(typesOf(items, this.#root, 0), value)) return value
    return this.#mended("value-to-list", [value])
  }

  // Objects

  #object(schema: JsonObject, value: JsonObject, depth: number): JsonObject {
    const properties = schema["properties"]
    if (!isJsonObject(properties)) return value
    const required = Array.isArray(schema["required"]) ? schema["required"] : []
    return Object.fromEntries(
      Object.entries(value).flatMap(([written, part]): Array<[string, Json]> => {
        const key = this.#key(properties, value, written)
        const own = Object.hasOwn(properties, key) ? properties[key] : undefined
        if (own === undefined) return [[key, part]]
        if (part === null && !required.includes(key) && refusesNull(own, this.#root)) {
          this.rules.add("null-for-absent")
          return []
        }
        return [[key, this.value(own, part, depth + 1)]]
      })
    )
  }

  /** The declared parameter that is meant; the name as it was written where that is not certain. */
  #key(properties: JsonObject, value: JsonObject, written: string): string {
    if (Object.hasOwn(properties, written)) return written
    const alike = (name: string): boolean => plainName(name) === plainName(written)
    const meant = Object.keys(properties).filter(alike)
    const [only] = meant
    const clear = meant.length === 1 && Object.keys(value).filter(alike).length === 1
    return clear && only !== undefined ? this.#renamed(only) : written
  }

  #renamed(name: string): string {
    this.rules.add("parameter-name")
    return name
  }

  #mended(rule: RepairRule, value: Json): Json {
    this.rules.add(rule)
    return value
  }
}

const fits = (types: ReadonlySet<string>, value: Json): boolean => {
  if (value === null) return types.has("null")
  if (Array.isArray(value)) return types.has("array")
  return types.has(typeof value) || (Number.isInteger(value) && types.has("integer"))
}

const alternatives = (schema: JsonObject): ReadonlyArray<Json> => {
  const { anyOf, oneOf } = schema
  return Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : []
}

const hasFixedValues = (schema: JsonObject, value: JsonObject): boolean => {
  const properties = schema["properties"]
  if (!isJsonObject(properties)) return false
  const fixed = Object.entries(properties).flatMap(([key, part]): Array<[string, Json]> => {
    if (!isJsonObject(part)) return []
    const { const: one, enum: several } = part
    if (one !== undefined) return [[key, one]]
    return Array.isArray(several) && several.length === 1 ? [[key, several[0] ?? null]] : []
  })
  return fixed.length > 0 && fixed.every(([key, one]) => value[key] === one)
}

const refusesNull = (schema: Json, root: JsonObject): boolean => {
  const types = typesOf(schema, root, 0)
  return types.size > 0 && !types.has("null")
}

const words: ReadonlyMap<string, readonly [type: string, value: Json]> = new Map([
  ["true", ["boolean", true]],
  ["True", ["boolean", true]],
  ["false", ["boolean", false]],
  ["False", ["boolean", false]],
  ["null", ["null", null]],
  ["None", ["null", null]]
])

/** The scalar that a text spells; undefined where writing it again would give another text. */
const scalarOf = (types: ReadonlySet<string>, text: string): Json | undefined => {
  const word = words.get(text)
  if (word !== undefined) return types.has(word[0]) ? word[1] : undefined
  const number = Number(text)
  if (text === "" || String(number) !== text || !Number.isFinite(number)) return undefined
  if (types.has("number")) return number
  return types.has("integer") && Number.isInteger(number) ? number : undefined
}
