import { SchemaAST } from "effect"
import type { Tree } from "./tree.ts"

/** How the text of a flag or a variable becomes a value. `yaml`: a list or a mapping, written in one line. */
export type LeafKind = "text" | "number" | "boolean" | "yaml"

/** One setting with a fixed place: a single value, or a list or mapping that is given as a whole. */
export interface Leaf {
  readonly path: ReadonlyArray<string>
  readonly kind: LeafKind
  readonly description: string
  readonly fallback: Tree | undefined
  /** Never shown. */
  readonly secret: boolean
  /** As `--log-level`. */
  readonly flag: string
  /** As `PENSIEVE_UPSTREAM_KIND`; a schema names another one by the annotation `variable`. */
  readonly env: string
}

const words = (path: ReadonlyArray<string>): ReadonlyArray<string> =>
  path.flatMap((key) => key.split(/(?=[A-Z])/).map((word) => word.toLowerCase()))

const kindOf = (ast: SchemaAST.AST): LeafKind => {
  if (SchemaAST.isNumber(ast)) return "number"
  if (SchemaAST.isBoolean(ast)) return "boolean"
  return SchemaAST.isObjects(ast) || SchemaAST.isArrays(ast) ? "yaml" : "text"
}

/** Every setting of a configuration's schema, in the order of the schema. */
export const leavesOf = (ast: SchemaAST.AST, path: ReadonlyArray<string> = []): ReadonlyArray<Leaf> => {
  if (SchemaAST.isObjects(ast) && ast.indexSignatures.length === 0)
    return ast.propertySignatures.flatMap(({ name, type }) => leavesOf(type, [...path, String(name)]))
  const annotations = SchemaAST.resolve(ast)
  return [
    {
      path,
      kind: kindOf(ast),
      description: String(annotations?.["description"] ?? ""),
      fallback: fallbackOf(annotations?.["default"]),
      secret: annotations?.["secret"] === true,
      flag: words(path).join("-"),
      env: String(annotations?.["variable"] ?? `PENSIEVE_${words(path).join("_").toUpperCase()}`)
    }
  ]
}

/** Defaults are written in the schema as plain data. */
const fallbackOf = (value: unknown): Tree | undefined =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value))
