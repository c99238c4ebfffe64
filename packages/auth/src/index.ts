export * from "./gate.ts"
export * from "./prove.ts"
export * from "./token-check.ts"
export * from "./without-token.ts"
