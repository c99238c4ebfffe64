import { defineConfig } from "tsup"

export default defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  target: "node22",
  // Node knows some of its own modules by this prefix only.
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true
})
