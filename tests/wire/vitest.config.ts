import { defineConfig } from "vitest/config"

// On a busy machine a first request takes its time.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } })
