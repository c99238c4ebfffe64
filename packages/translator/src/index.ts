export * as anthropic from "./anthropic/index.ts"
