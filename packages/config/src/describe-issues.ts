import { type Schema, SchemaAST, SchemaIssue } from "effect"
import { choicesOf, expectationOf, keysOf, nameExpectation, schemaAt } from "./expectation.ts"
import { nearest } from "./nearest.ts"
import type { ConfigPath } from "./problem.ts"
import { type Tree, treeAt } from "./tree.ts"

/** What is wrong with the value at a place. `message` is read behind the place's name. */
export interface IssueAt {
  readonly path: ConfigPath
  readonly message: string
}

const missing = "missing"
const unexpected = "unexpected"

const leafHook: SchemaIssue.LeafHook = (issue) => {
  if (issue._tag === "MissingKey") return missing
  return issue._tag === "UnexpectedKey" ? unexpected : "invalid"
}

const format = SchemaIssue.makeFormatterStandardSchemaV1({ leafHook, checkHook: () => "invalid" })

const isStep = (step: unknown): step is string | number => typeof step === "string" || typeof step === "number"

/** Every issue of a decoding, in words for the person who wrote the configuration; one for each place. */
export const describeIssues = (error: Schema.SchemaError, root: SchemaAST.AST, tree: Tree): ReadonlyArray<IssueAt> => {
  const found = new Map<string, IssueAt>()
  for (const issue of format(error.issue).issues) {
    const path = (issue.path ?? []).map((step) => (typeof step === "object" ? step.key : step)).filter(isStep)
    const key = JSON.stringify(path)
    if (!found.has(key)) found.set(key, { path, message: describe(issue.message, path, root, tree) })
  }
  return [...found.values()]
}

const describe = (kind: string, path: ConfigPath, root: SchemaAST.AST, tree: Tree): string => {
  if (kind === unexpected) return unknownKey(path, root)
  const ast = schemaAt(root, path)
  const expectation = ast === undefined ? "something else" : expectationOf(ast)
  if (kind === missing) return `is missing; it must be ${expectation}`
  const annotations = ast === undefined ? undefined : SchemaAST.resolve(ast)
  const secret = annotations?.["secret"] === true || annotations?.["holdsSecrets"] === true
  const value = treeAt(tree, path)
  const meant = typeof value === "string" && ast !== undefined ? nearest(value, choicesOf(ast)) : undefined
  const shown = secret || value === undefined ? "" : ` (it is ${shorten(JSON.stringify(value))})`
  return `must be ${expectation}${shown}${meant === undefined ? "" : `; did you mean ${meant}?`}`
}

const unknownKey = (path: ConfigPath, root: SchemaAST.AST): string => {
  const around = schemaAt(root, path.slice(0, -1))
  const name = nameExpectation(around)
  if (name !== undefined) return `cannot have this name; it must be ${name}`
  const known = keysOf(around)
  const meant = nearest(String(path.at(-1)), known)
  return meant === undefined
    ? `is not known here; known are ${known.join(", ")}`
    : `is not known here; did you mean ${meant}?`
}

/** The value, not too much of it, and no password of an address. */
const shorten = (text: string): string =>
  (text.length > 80 ? `${text.slice(0, 79)}…` : text).replace(/\/\/[^/\s]*@/, "//********@")
