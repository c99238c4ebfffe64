export * from "./feed.ts"
export * from "./written.ts"
