import { SchemaAST } from "effect"
import { Configuration } from "./configuration.ts"
import { schemaAt } from "./expectation.ts"
import { type ConfigPath, dottedPath } from "./problem.ts"
import type { Origin, Resolved } from "./resolve.ts"
import { isMapping, type Tree } from "./tree.ts"

/** One effective value. */
export interface ShownValue {
  readonly path: string
  /** As JSON; `********` for a secret. */
  readonly value: string
  /** As `default`, `file`, `PENSIEVE_PORT`, `--port`, `preset lmstudio`. */
  readonly origin: string
}

const originText = (origin: Origin): string => {
  if (origin.from === "preset") return `preset ${origin.name}`
  return origin.from === "flag" || origin.from === "environment" ? origin.name : origin.from
}

const isSecret = (path: ConfigPath): boolean => {
  const ast = schemaAt(Configuration.ast, path)
  return ast !== undefined && SchemaAST.resolve(ast)?.["secret"] === true
}

/** Every single value of a tree, and where it stands. */
const valuesOf = (at: Tree, path: ConfigPath = []): ReadonlyArray<readonly [path: ConfigPath, value: Tree]> => {
  if (isMapping(at)) return Object.entries(at).flatMap(([key, value]) => valuesOf(value, [...path, key]))
  if (Array.isArray(at)) return at.flatMap((value, index) => valuesOf(value, [...path, index]))
  return [[path, at]]
}

/** The effective values, each with where it came from; secrets are masked. */
export const shownValues = ({ tree, originOf }: Resolved<unknown>): ReadonlyArray<ShownValue> =>
  valuesOf(tree).map(([path, value]) => ({
    path: dottedPath(path),
    value: isSecret(path) ? "********" : JSON.stringify(value),
    origin: originText(originOf(path))
  }))

/** The names of the settings that differ, also of those that only one has. */
export const changedPaths = (before: Resolved<unknown>, after: Resolved<unknown>): ReadonlyArray<string> => {
  const [was, is] = [before, after].map(
    ({ tree }) => new Map(valuesOf(tree).map(([path, value]) => [dottedPath(path), value]))
  )
  const paths = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])
  return [...paths].filter((path) => was?.get(path) !== is?.get(path))
}
