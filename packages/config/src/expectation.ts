import { SchemaAST } from "effect"
import type { ConfigPath } from "./problem.ts"

/** The schema of a value, found by its place; undefined for a place no schema speaks of. */
export const schemaAt = (root: SchemaAST.AST, path: ConfigPath): SchemaAST.AST | undefined =>
  path.reduce<SchemaAST.AST | undefined>((at, step) => {
    if (at === undefined) return undefined
    if (SchemaAST.isArrays(at)) return at.rest[0]
    if (!SchemaAST.isObjects(at)) return undefined
    return at.propertySignatures.find(({ name }) => name === step)?.type ?? at.indexSignatures[0]?.type
  }, root)

/** The keys a mapping may have; none where it may have any. */
export const keysOf = (ast: SchemaAST.AST | undefined): ReadonlyArray<string> =>
  ast !== undefined && SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []

/** What the names of a mapping must be that may have any; undefined for one with fixed keys. */
export const nameExpectation = (ast: SchemaAST.AST | undefined): string | undefined => {
  const names = ast !== undefined && SchemaAST.isObjects(ast) ? ast.indexSignatures[0]?.parameter : undefined
  return names === undefined ? undefined : expectationOf(names)
}

/** The texts a value may be; none where any will do. */
export const choicesOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  SchemaAST.isUnion(ast)
    ? ast.types.flatMap((type) => (SchemaAST.isLiteral(type) ? [String(type.literal)] : []))
    : SchemaAST.isLiteral(ast)
      ? [String(ast.literal)]
      : []

/** What a value must be, to be read behind "must be". A schema says it itself by the annotation `expected`. */
export const expectationOf = (ast: SchemaAST.AST): string => {
  const own = SchemaAST.resolve(ast)?.["expected"]
  if (typeof own === "string") return own
  const choices = choicesOf(ast)
  if (choices.length > 0) return choices.length === 1 ? `${choices[0]}` : `one of ${choices.join(", ")}`
  if (SchemaAST.isNumber(ast)) return "a number"
  if (SchemaAST.isBoolean(ast)) return "true or false"
  if (SchemaAST.isArrays(ast)) return "a list"
  if (SchemaAST.isObjects(ast)) return "a mapping"
  return "a text"
}
