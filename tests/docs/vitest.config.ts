import { defineConfig } from "vitest/config"

// One document after the other: their commands share what is installed, and the machine.
export default defineConfig({
  test: { globalSetup: "../clients/src/install-clients.ts", testTimeout: 300_000, hookTimeout: 600_000 }
})
