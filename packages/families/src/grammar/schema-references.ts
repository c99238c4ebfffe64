import { isJsonObject, type Json } from "@pensieve/models"

const mostHops = 16

/** What a JSON pointer in a schema stands for; undefined where it points at nothing in the document. */
const resolve = (pointer: string, root: Json): Json | undefined => {
  if (pointer === "#") return root
  if (!pointer.startsWith("#/")) return undefined
  return pointer
    .slice(2)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<Json | undefined>((at, key) => {
      if (Array.isArray(at)) return at[Number(key)]
      return isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
    }, root)
}

/** Something that a schema refers to, under a name of its own. */
export interface Definition {
  readonly name: string
  readonly pointer: string
  readonly schema: Json
}

/** Gives everything that a schema refers to a short name, once, so that any part of it can be lifted out with its definitions. */
export class SchemaReferences {
  readonly #root: Json
  readonly #names = new Map<string, string>()
  readonly #waiting: Array<Definition> = []

  constructor(root: Json) {
    this.#root = root
  }

  /** The name of what a `$ref` points at; null where that is not in the document, or refers to itself alone. */
  name(reference: string): string | null {
    let pointer = decode(reference)
    let schema = resolve(pointer, this.#root)
    for (let hops = 0; isJsonObject(schema) && isAlias(schema); hops++) {
      if (hops > mostHops) return null
      pointer = decode(schema.$ref)
      schema = resolve(pointer, this.#root)
    }
    if (!isJsonObject(schema) && typeof schema !== "boolean") return null
    const known = this.#names.get(pointer)
    if (known !== undefined) return known
    const name = `d${this.#names.size}`
    this.#names.set(pointer, name)
    this.#waiting.push({ name, pointer: pointer.replace(/^#\/?/, "").replaceAll("/", "."), schema })
    return name
  }

  /** The next definition that nobody has taken yet. */
  next(): Definition | undefined {
    return this.#waiting.shift()
  }
}

const decode = (reference: string): string => {
  // Only what is a valid escape is one.
  return reference.replaceAll(/%[0-9A-Fa-f]{2}/g, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)))
}

const isAlias = (schema: object): schema is { readonly $ref: string } =>
  "$ref" in schema && typeof schema.$ref === "string" && Object.keys(schema).length === 1
