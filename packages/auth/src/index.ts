export * from "./gate.ts"
export * from "./token-check.ts"
