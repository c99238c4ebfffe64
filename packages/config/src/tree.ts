import type { ConfigPath } from "./problem.ts"

/** Plain data, as YAML and JSON have it. */
export type Tree = string | number | boolean | null | ReadonlyArray<Tree> | { readonly [key: string]: Tree }

/** A mapping, not a list and not a single value. */
export const isMapping = (tree: Tree | undefined): tree is { readonly [key: string]: Tree } =>
  typeof tree === "object" && tree !== null && !Array.isArray(tree)

/** The value at a place, or undefined. */
export const treeAt = (tree: Tree | undefined, path: ConfigPath): Tree | undefined =>
  path.reduce<Tree | undefined>((at, step) => {
    if (Array.isArray(at)) return typeof step === "number" ? at[step] : undefined
    return isMapping(at) && Object.hasOwn(at, step) ? at[step] : undefined
  }, tree)

/** A tree that holds one value at one place. */
export const treeWith = (path: ReadonlyArray<string>, value: Tree): Tree =>
  path.reduceRight<Tree>((inner, key) => ({ [key]: inner }), value)

/** The upper tree over the lower one. Mappings are merged key by key; anything else above hides what is below. */
export const overlay = (lower: Tree, upper: Tree): Tree => {
  if (!isMapping(lower) || !isMapping(upper)) return upper
  const merged = new Map(Object.entries(lower))
  for (const [key, value] of Object.entries(upper)) {
    const below = merged.get(key)
    merged.set(key, below === undefined ? value : overlay(below, value))
  }
  return Object.fromEntries(merged)
}
