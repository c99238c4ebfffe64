export * from "./families.ts"
export * from "./family.ts"
export { hermes } from "./hermes.ts"
export { prompted } from "./prompted.ts"
