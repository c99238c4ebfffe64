export * from "./committed.ts"
export * from "./heartbeat.ts"
