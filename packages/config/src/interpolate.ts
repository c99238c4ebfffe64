import type { ConfigPath } from "./problem.ts"
import { isMapping, type Tree } from "./tree.ts"

/** A variable that is named and not there. */
export interface MissingVariable {
  readonly path: ConfigPath
  readonly name: string
}

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\$/g

/**
 * Puts the environment's values where the texts of a tree say `${NAME}` or `${NAME:-default}`; `$$` is a dollar sign.
 * Keys are left alone. An empty variable counts as absent.
 */
export const interpolate = (
  tree: Tree,
  env: Readonly<Record<string, string | undefined>>
): { readonly tree: Tree; readonly missing: ReadonlyArray<MissingVariable> } => {
  const missing: Array<MissingVariable> = []
  const inText = (text: string, path: ConfigPath): string =>
    text.replace(reference, (whole, name: string | undefined, otherwise: string | undefined) => {
      if (name === undefined) return "$"
      const value = env[name] || otherwise
      if (value === undefined) missing.push({ path, name })
      return value ?? whole
    })
  const walk = (at: Tree, path: ConfigPath): Tree => {
    if (typeof at === "string") return inText(at, path)
    if (Array.isArray(at)) return at.map((item, index) => walk(item, [...path, index]))
    if (!isMapping(at)) return at
    return Object.fromEntries(Object.entries(at).map(([key, value]) => [key, walk(value, [...path, key])]))
  }
  return { tree: walk(tree, []), missing }
}
