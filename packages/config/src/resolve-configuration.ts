import { Configuration } from "./configuration.ts"
import { type Leaf, leavesOf } from "./leaves.ts"
import { resolverOf } from "./resolve.ts"

/** Every setting with a fixed place, in the order of the schema. */
export const settings: ReadonlyArray<Leaf> = leavesOf(Configuration.ast)

/** Resolves the configuration of Pensieve from flags, environment, file and defaults. */
export const resolveConfiguration = resolverOf(Configuration, () => [])
