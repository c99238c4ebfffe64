import { defineConfig } from "tsup"

export default defineConfig({
  entry: ["src/index.ts", "src/anthropic/index.ts", "src/openai-chat/index.ts", "src/openai-responses/index.ts"],
  format: "esm",
  target: "node22",
  sourcemap: true,
  clean: true
})
