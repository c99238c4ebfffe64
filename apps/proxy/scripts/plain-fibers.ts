import { readFileSync } from "node:fs"
import type { Options } from "tsup"

const captured = 'globalThis.process?.getBuiltinModule?.("node:async_hooks")?.AsyncResource'

/**
 * Lets a fiber that waits go on without a resource of Node's `async_hooks`, of which Effect makes one each time, so that an `AsyncLocalStorage`
 * reaches it. There is none in this program, and an answer waits some dozens of times.
 */
export const plainFibers: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "plain-fibers",
  setup: (build) => {
    build.onLoad({ filter: /\/effect\/dist\/internal\/effect\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8")
      if (!source.includes(captured))
        throw new Error(`${path} does not say ${captured} any more: see ${import.meta.url}`)
      return { contents: source.replace(captured, "undefined"), loader: "js" }
    })
  }
}
