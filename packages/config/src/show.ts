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

/** The effective values, each with where it came from; secrets are masked. */
export const shownValues = ({ tree, originOf }: Resolved<unknown>): ReadonlyArray<ShownValue> => {
  const walk = (at: Tree, path: ConfigPath): ReadonlyArray<ShownValue> => {
    if (isMapping(at)) return Object.entries(at).flatMap(([key, value]) => walk(value, [...path, key]))
    if (Array.isArray(at)) return at.flatMap((value, index) => walk(value, [...path, index]))
    const value = isSecret(path) ? "********" : JSON.stringify(at)
    return [{ path: dottedPath(path), value, origin: originText(originOf(path)) }]
  }
  return walk(tree, [])
}
