import { defineConfig } from "vitest/config"

export default defineConfig({
  test: { testTimeout: 180_000, hookTimeout: 600_000, globalSetup: ["src/install-clients.ts"] }
})
