import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { writeKeyword } from "./schema-keywords.ts"
import { SchemaReferences } from "./schema-references.ts"

/** A JSON Schema of which llguidance's compiler takes every keyword. */
export interface PlainSchema {
  readonly root: JsonObject
  /** What `#/$defs/NAME` stands for, by name. */
  readonly definitions: JsonObject
}

/** A rule of a schema that the grammar does not hold values to; they are checked against the schema as it was sent. */
export interface SchemaRewrite {
  /** Dotted path of the schema that has the keyword; empty for the outermost one. */
  readonly path: string
  readonly keyword: string
}

/** Schemas inside schemas, deeper than this, allow anything. */
const deepest = 64

/**
 * Rewrites a schema so that llguidance's compiler takes it: what it refuses or what makes it slow is said in another way
 * where that is possible, and left out otherwise. Values that the schema allows, the rewritten one allows too.
 *
 * @see https://github.com/guidance-ai/llguidance/blob/main/docs/json_schema.md
 */
export const simplifySchema = (
  schema: Json
): { readonly schema: PlainSchema; readonly rewrites: ReadonlyArray<SchemaRewrite> } => {
  const references = new SchemaReferences(schema)
  const rewrites: Array<SchemaRewrite> = []

  const write = (part: Json, path: string, depth: number): Json => {
    if (part === false) return false
    if (!isJsonObject(part)) return {}
    if (depth > deepest) {
      rewrites.push({ path, keyword: "depth" })
      return {}
    }
    const place = {
      schema: part,
      part: (inner: Json, step: string) => write(inner, path === "" ? step : `${path}.${step}`, depth + 1),
      reference: (pointer: string) => references.name(pointer),
      drop: (keyword: string) => void rewrites.push({ path, keyword })
    }
    return Object.fromEntries(Object.entries(part).flatMap(([keyword, value]) => writeKeyword(keyword, value, place)))
  }

  const root = write(schema, "", 0)
  const definitions: Array<readonly [string, Json]> = []
  for (let next = references.next(); next !== undefined; next = references.next())
    definitions.push([next.name, write(next.schema, next.pointer, 0)])
  return { schema: { root: isJsonObject(root) ? root : {}, definitions: Object.fromEntries(definitions) }, rewrites }
}
