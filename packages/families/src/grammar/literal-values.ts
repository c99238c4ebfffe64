import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import type { LarkWriter } from "./lark.ts"
import { memberList, membersOf } from "./member-list.ts"
import { type ObjectShape, objectShapes } from "./object-shapes.ts"
import { type ValueKind, valueKinds } from "./value-kinds.ts"

/** What may stand as a name of a tool or an argument without marks around it. */
export const bareName = /^[\p{L}_$][\p{L}\p{N}_.$-]*$/u

/** How a form other than JSON writes values. */
export interface LiteralForm {
  /** How true, false and null may be written. */
  readonly words: {
    readonly true: ReadonlyArray<string>
    readonly false: ReadonlyArray<string>
    readonly null: ReadonlyArray<string>
  }
  /** A string of this kind, with its marks. */
  string(writer: LarkWriter, kind: Extract<ValueKind, { kind: "string" }>): string
  /** This very string, its opening mark a piece of its own where other strings have one: the lexer does not go back. */
  literal(writer: LarkWriter, value: string): string
  /** The name of a property in an object and what follows it; null where the form cannot write it. */
  key(key: string): string | null
  /** Any such name, as a regular expression. */
  readonly anyKey: string
  /** What stands between two members, as a regular expression. */
  readonly separator: string
  /** How values inside lists and objects are written, where that differs. */
  readonly inner?: LiteralForm
}

/** Deeper values of a schema that speaks of itself are left to be anything. */
const deepest = 24

/** Writes rules for values of one rewritten schema in a form of literals. */
export class LiteralRules {
  readonly #writer: LarkWriter
  readonly #form: LiteralForm
  readonly #definitions: JsonObject
  /** Rules of definitions, so that one may speak of itself. */
  readonly #names = new Map<string, string>()

  constructor(writer: LarkWriter, form: LiteralForm, definitions: JsonObject) {
    this.#writer = writer
    this.#form = form
    this.#definitions = definitions
  }

  /** A value of this schema; null where there is none that the form can write. */
  value(schema: Json, depth = 0): string | null {
    if (depth > deepest) return this.#anything()
    if (isJsonObject(schema) && typeof schema["$ref"] === "string" && Object.keys(schema).length === 1)
      return this.#definition(schema["$ref"].replace("#/$defs/", ""), depth)
    const kinds = valueKinds(schema, this.#definitions).flatMap((kind) => this.#kind(kind, depth) ?? [])
    return kinds.length === 0 ? null : this.#writer.choice(kinds)
  }

  /** The members of an object of this shape; null where one that has to be there cannot be written. */
  members(shape: ObjectShape, key: (key: string) => string | null, anyKey: string, depth = 0): string | null {
    const members = membersOf(shape).map(({ key: name, schema, required }) => {
      const [head, value] = [key(name), this.value(schema, depth + 1)]
      return { required, expression: head === null || value === null ? null : `${this.#writer.text(head)} ${value}` }
    })
    if (members.some(({ required, expression }) => required && expression === null)) return null
    const others = shape.others === false ? null : this.value(shape.others, depth + 1)
    return memberList(
      this.#writer,
      members.flatMap(({ required, expression }) => (expression === null ? [] : [{ required, expression }])),
      others === null ? null : `${this.#writer.regex(anyKey)} ${others}`,
      this.#writer.regex(this.#form.separator)
    )
  }

  #inner(): LiteralRules {
    const { inner } = this.#form
    return inner === undefined ? this : new LiteralRules(this.#writer, inner, this.#definitions)
  }

  #definition(name: string, depth: number): string {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const { name: rule, define } = this.#writer.reserve("value")
    this.#names.set(name, rule)
    define(this.value(this.#definitions[name] ?? {}, depth + 1) ?? this.#anything())
    return rule
  }

  #kind(kind: ValueKind, depth: number): string | null {
    if (kind.kind === "any") return this.#anything()
    if (kind.kind === "string") return this.#form.string(this.#writer, kind)
    if (kind.kind === "literal") return this.#literal(kind.value)
    const { type, schema } = kind
    if (type === "array") return this.#inner().#array(schema, depth)
    if (type === "object") return this.#inner().#object(schema, depth)
    const { true: yes, false: no, null: nothing } = this.#form.words
    if (type === "boolean") return this.#writer.oneOf([...yes, ...no])
    return type === "null" ? this.#writer.oneOf(nothing) : this.#writer.json(schema, {})
  }

  #literal(value: Json): string | null {
    if (typeof value === "string") return this.#form.literal(this.#writer, value)
    if (value === null) return this.#writer.oneOf(this.#form.words.null)
    if (typeof value === "boolean") return this.#writer.oneOf(this.#form.words[value ? "true" : "false"])
    return typeof value === "number" ? this.#writer.text(JSON.stringify(value)) : this.value(schemaOf(value))
  }

  #array({ items, prefixItems, minItems, maxItems }: JsonObject, depth: number): string | null {
    const separator = this.#writer.regex(this.#form.separator)
    const item = items === false ? null : this.value(items ?? {}, depth + 1)
    const first = Array.isArray(prefixItems)
      ? prefixItems.map((one) => this.value(one, depth + 1) ?? this.#anything())
      : []
    const least = typeof minItems === "number" ? Math.max(0, minItems - first.length) : 0
    const most = typeof maxItems === "number" ? Math.max(0, maxItems - first.length) : null
    const further = item === null || most === 0 ? "" : repeated(`${separator} ${item}`, least, most)
    if (first.length > 0) return `"[" ${first.join(` ${separator} `)} ${further} "]"`
    if (further === "") return '"[]"'
    const list = `${item} ${repeated(`${separator} ${item}`, Math.max(0, least - 1), most === null ? null : most - 1)}`
    return this.#writer.rule("list", least > 0 ? `"[" ${list} "]"` : `"[" (${list})? "]"`)
  }

  #object(schema: JsonObject, depth: number): string | null {
    const shapes = objectShapes(schema, this.#definitions).flatMap((shape) => {
      const members = this.members(shape, (key) => this.#form.key(key), this.#form.anyKey, depth)
      return members === null ? [] : [this.#writer.sequence('"{"', members, '"}"')]
    })
    return shapes.length === 0 ? null : this.#writer.rule("object", this.#writer.choice(shapes))
  }

  #anything(): string {
    return this.#writer.shared(this.#form, "anything", () => {
      const types = ["boolean", "null", "number", "array", "object"].map((type) =>
        this.#kind({ kind: "typed", type, schema: { type } }, 0)
      )
      return this.#writer.choice([this.#form.string(this.#writer, anyString), ...types.filter((type) => type !== null)])
    })
  }
}

const anyString = { kind: "string", patterns: [], schema: { type: "string" } } as const

const repeated = (expression: string, least: number, most: number | null): string => {
  if (most === 0) return ""
  return least === 0 && most === null ? `(${expression})*` : `(${expression}){${least},${most ?? ""}}`
}

/** A schema that allows this very list or object. */
const schemaOf = (value: Json): JsonObject => {
  if (Array.isArray(value)) return { type: "array", prefixItems: value.map(schemaOf), items: false }
  if (!isJsonObject(value)) return { const: value }
  const properties = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, schemaOf(one)]))
  return { type: "object", properties, required: Object.keys(value), additionalProperties: false }
}
