import { defineConfig } from "tsup"
import { directImports } from "./scripts/direct-imports.ts"
import { plainHttp } from "./scripts/plain-http.ts"

// One program that needs nothing installed beside it. CommonJS inside it asks for Node's own modules by `require`.
export default defineConfig({
  entry: { main: "src/bundle.ts" },
  format: "esm",
  platform: "node",
  target: "node22",
  noExternal: [/./],
  // `node:sqlite` has no name without its prefix.
  removeNodeProtocol: false,
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);'
  },
  esbuildPlugins: [directImports, plainHttp],
  esbuildOptions: (options) => {
    options.mainFields = ["module", "main"]
  },
  sourcemap: true,
  clean: true
})
