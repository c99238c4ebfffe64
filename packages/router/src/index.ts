export * from "./decide.ts"
