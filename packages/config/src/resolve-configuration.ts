import { Result } from "effect"
import { checkReferences } from "./check-references.ts"
import { Configuration } from "./configuration.ts"
import { interpolate } from "./interpolate.ts"
import { type Leaf, leavesOf } from "./leaves.ts"
import { presetOf } from "./presets.ts"
import { readConfigFile } from "./read-file.ts"
import { type ConfigInput, resolverOf } from "./resolve.ts"
import { treeAt } from "./tree.ts"

/** Every setting with a fixed place, in the order of the schema. */
export const settings: ReadonlyArray<Leaf> = leavesOf(Configuration.ast)

const resolve = resolverOf(Configuration, checkReferences)

/** Resolves the configuration of Pensieve from flags, environment, file, the preset of its mode, and defaults. */
export const resolveConfiguration = (input: Omit<ConfigInput, "preset">): ReturnType<typeof resolve> => {
  const preset = presetOf(modeIn(input), input.env)
  return resolve({ ...input, ...(preset === undefined ? {} : { preset }) })
}

/** The mode must be known before anything else is resolved. A file that cannot be read has none. */
const modeIn = ({ flags, env, file }: ConfigInput): string => {
  const given = flags["mode"] ?? env["PENSIEVE_MODE"]
  if (given !== undefined && given !== "") return given
  const read = file === undefined ? undefined : readConfigFile(file.text)
  if (read === undefined || Result.isFailure(read)) return ""
  const mode = treeAt(interpolate(read.success.tree, env).tree, ["mode"])
  return typeof mode === "string" ? mode : ""
}
