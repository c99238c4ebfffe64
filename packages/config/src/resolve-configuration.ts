import { Result } from "effect"
import { checkReferences } from "./check-references.ts"
import { Configuration } from "./configuration.ts"
import { interpolate } from "./interpolate.ts"
import { type Leaf, leavesOf } from "./leaves.ts"
import { presetOf } from "./presets.ts"
import { readConfigFile } from "./read-file.ts"
import { type ConfigInput, resolverOf } from "./resolve.ts"
import { isMapping, overlay, type Tree, treeAt } from "./tree.ts"

/** Every setting with a fixed place, in the order of the schema. */
export const settings: ReadonlyArray<Leaf> = leavesOf(Configuration.ast)

const resolve = resolverOf(Configuration, checkReferences)

/** Resolves the configuration of Pensieve from flags, environment, file, the presets it names, and defaults. */
export const resolveConfiguration = (input: Omit<ConfigInput, "presets">): ReturnType<typeof resolve> => {
  const given = givenTree(input)
  const presets = presetsNamed(given).flatMap((name) => presetOf(name, input.env) ?? [])
  return resolve({ ...input, presets })
}

/** What must be known before anything else is resolved: the mode and the backends. A file that cannot be read has none. */
const givenTree = ({ flags, env, file }: ConfigInput): Tree => {
  const read = file === undefined ? undefined : readConfigFile(file.text)
  const inFile = read === undefined || Result.isFailure(read) ? {} : interpolate(read.success.tree, env).tree
  const mode = flags["mode"] ?? env["PENSIEVE_MODE"] ?? ""
  return mode === "" ? inFile : overlay(inFile, { mode })
}

/** The mode, and every backend that leaves open what it is. */
const presetsNamed = (given: Tree): ReadonlyArray<string> => {
  const mode = treeAt(given, ["mode"])
  const backends = treeAt(given, ["backends"])
  const open = isMapping(backends)
    ? Object.keys(backends).filter((name) => treeAt(backends, [name, "kind"]) === undefined)
    : []
  return [...new Set([...(typeof mode === "string" ? [mode] : []), ...open])]
}
