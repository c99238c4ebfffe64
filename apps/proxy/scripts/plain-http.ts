import type { Options } from "tsup"

/**
 * Takes Node's `http` as CommonJS does. An `import` of it reads all that it exports, also what Node would load on demand: its whole client for
 * the web (`fetch`, WebSockets), some 40 ms of every start.
 */
export const plainHttp: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "plain-http",
  setup: (build) => {
    build.onResolve({ filter: /^(node:)?http$/ }, () => ({ path: "http", namespace: "plain-http" }))
    build.onLoad({ filter: /./, namespace: "plain-http" }, () => ({
      contents: 'module.exports = process.getBuiltinModule("node:http")'
    }))
  }
}
