import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import type { ParserOptions } from "./family.ts"
import { readLiteral } from "./literals.ts"

/** The schemas of the request's tools, as formats with untyped values need them. */
export class ToolSchemas {
  readonly #schemas: ReadonlyMap<string, JsonObject>
  readonly #names: ReadonlySet<string>

  constructor(options: ParserOptions) {
    this.#schemas = new Map(
      (options.tools ?? []).map((tool) => [tool.name, isJsonObject(tool.inputSchema) ? tool.inputSchema : {}])
    )
    this.#names = new Set([...options.toolNames, ...this.#schemas.keys()])
  }

  /** Whether the request declared a tool of this name. */
  declares(tool: string): boolean {
    return this.#names.has(tool)
  }

  /** Whether the tool's schema names this parameter. */
  hasParameter(tool: string, parameter: string): boolean {
    return Object.hasOwn(this.#properties(tool) ?? {}, parameter)
  }

  /**
   * Whether a call without its closing tag can be whole: the tool is declared, nothing that it requires is missing, and
   * there is an argument if it takes any.
   */
  suffices(tool: string, given: ReadonlyArray<string>): boolean {
    const required = this.#schemas.get(tool)?.["required"]
    const lacks = listOf(required).some((key) => typeof key === "string" && !given.includes(key))
    return this.declares(tool) && !lacks && (given.length > 0 || this.#properties(tool) === undefined)
  }

  /** Whether the parameter is declared and nothing but a string fits it. */
  takesOnlyText(tool: string, parameter: string): boolean {
    const schema = this.#schemas.get(tool)
    if (schema === undefined || !this.hasParameter(tool, parameter)) return false
    const types = typesOf(this.#properties(tool)?.[parameter], schema, 0)
    return types.size === 1 && types.has("string")
  }

  /** The tool that has all these parameters and requires no other, where it is the only one; null otherwise. */
  onlyTaker(given: ReadonlyArray<string>): string | null {
    const takers = [...this.#schemas.keys()].filter(
      (tool) => this.suffices(tool, given) && given.every((parameter) => this.hasParameter(tool, parameter))
    )
    const [taker] = takers
    return takers.length === 1 && given.length > 0 && taker !== undefined ? taker : null
  }

  /** A value as its parameter's schema wants it; the text itself where the schema does not say or the text does not fit. */
  read(tool: string, parameter: string, text: string): Json {
    const schema = this.#schemas.get(tool)
    const types =
      schema === undefined
        ? new Set<string>()
        : typesOf(this.hasParameter(tool, parameter) ? this.#properties(tool)?.[parameter] : undefined, schema, 0)
    return readTyped(text, types)
  }

  #properties(tool: string): JsonObject | undefined {
    const properties = this.#schemas.get(tool)?.["properties"]
    return isJsonObject(properties) && Object.keys(properties).length > 0 ? properties : undefined
  }
}

const maximumHops = 8

/** Words that are no JSON Schema types, but stand in tools' schemas all the same. */
export const typeAliases: ReadonlyMap<string, string> = new Map([
  ["int", "integer"],
  ["float", "number"],
  ["double", "number"],
  ["bool", "boolean"],
  ["str", "string"],
  ["list", "array"],
  ["dict", "object"]
])

/** The JSON types that a schema allows; empty where it does not say. `root` is what its references point into. */
export const typesOf = (schema: Json | undefined, root: JsonObject, hops: number): ReadonlySet<string> => {
  if (!isJsonObject(schema) || hops > maximumHops) return new Set()
  const types = new Set<string>()
  const type = schema["type"]
  for (const one of Array.isArray(type) ? type : [type])
    if (typeof one === "string") types.add(typeAliases.get(one) ?? one)
  if (type === undefined)
    for (const value of [...listOf(schema["enum"]), ...(schema["const"] === undefined ? [] : [schema["const"]])])
      types.add(typeOf(value))
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    for (const part of listOf(schema[key])) for (const one of typesOf(part, root, hops + 1)) types.add(one)
  }
  if (typeof schema["$ref"] === "string")
    for (const one of typesOf(resolveReference(schema["$ref"], root), root, hops + 1)) types.add(one)
  return types
}

const listOf = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

const typeOf = (value: Json): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value)

/** What a local reference (`#/$defs/x`) points to. */
export const resolveReference = (reference: string, root: JsonObject): Json | undefined => {
  if (!reference.startsWith("#/")) return undefined
  return reference
    .slice(2)
    .split("/")
    .reduce<Json | undefined>(
      (at, key) => (isJsonObject(at) ? at[key.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined),
      root
    )
}

const wholeNumber = /^[-+]?\d{1,16}(?:\.0*)?$/
const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/

/** The most exact of the types that fits: null, boolean, integer, number, array, object, string. */
const readTyped = (text: string, types: ReadonlySet<string>): Json => {
  const word = text.trim()
  const onlyText = types.size === 0 || (types.size === 1 && types.has("string"))
  if (onlyText) return text
  const small = word.toLowerCase()
  if (small === "null" && (types.has("null") || !types.has("string"))) return null
  if (small === "none" && !types.has("string")) return null
  if (types.has("boolean") && (small === "true" || small === "false")) return small === "true"
  if (types.has("integer") && wholeNumber.test(word) && Number.isSafeInteger(Number(word))) return Number(word)
  if (types.has("number") && decimal.test(word) && Number.isFinite(Number(word))) return Number(word)
  if (types.has("array") && word.startsWith("[")) return structured(word, (value) => Array.isArray(value)) ?? text
  if (types.has("object") && word.startsWith("{")) return structured(word, isJsonObject) ?? text
  return text
}

const structured = (word: string, fits: (value: Json) => boolean): Json | undefined => {
  const value = readLiteral(word)
  return value !== undefined && fits(value) ? value : undefined
}
