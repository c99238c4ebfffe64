import { defineConfig } from "tsup"

export default defineConfig({
  entry: ["src/index.ts", "src/state-folder.ts"],
  format: "esm",
  target: "node22",
  // `node:sqlite` has no name without its prefix.
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true
})
