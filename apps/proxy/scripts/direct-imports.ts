import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Options } from "tsup"

/** One of esbuild's plugins. */
type Plugin = NonNullable<Options["esbuildPlugins"]>[number]

/** Indexes whose names are modules of the same folder, and how those are imported. */
const indexes: Readonly<Record<string, string>> = {
  effect: "effect/",
  "effect/cli": "effect/cli/",
  "effect/http": "effect/http/",
  "@effect/platform-node": "@effect/platform-node/"
}

const { resolve } = createRequire(import.meta.url)

/** The modules that an index gives a name. */
const modulesOf = Object.fromEntries(
  Object.keys(indexes).map((index) => [
    index,
    new Set([...readFileSync(resolve(index), "utf8").matchAll(/^export \* as (\w+) from/gm)].map(([, name]) => name))
  ])
)

const importing = /^import \{([^}]*)\} from "([^"]+)"/gm

/** A source with its imports of such an index replaced by those of the modules themselves. */
const direct = (source: string): string =>
  source.replace(importing, (whole, list: string, index: string) => {
    const folder = indexes[index]
    if (folder === undefined) return whole
    const names = list.split(",").map((name) => name.trim())
    const ours = names.filter((name) => modulesOf[index]?.has(name))
    const others = names.filter((name) => name !== "" && !ours.includes(name))
    const lines = ours.map((name) => `import * as ${name} from "${folder}${name}"`)
    return [...lines, ...(others.length === 0 ? [] : [`import { ${others.join(", ")} } from "${index}"`])].join("; ")
  })

/**
 * Lets each verb load what it uses itself. Where one file reaches a module through an index, esbuild counts every module that anybody uses of that
 * index as reached, so that `status` would load the HTTP server.
 */
export const directImports: Plugin = {
  name: "direct-imports",
  setup: (build) => {
    build.onLoad({ filter: /\/(apps|packages)\/[^/]+\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: direct(readFileSync(path, "utf8")),
      loader: "ts"
    }))
  }
}
