import { defineConfig } from "vitest/config"

export default defineConfig({
  // A compiler and a Node of its own a test, on machines that do other work too.
  test: { testTimeout: 60_000 }
})
