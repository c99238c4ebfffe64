export * from "./app.ts"
export * from "./http-server.ts"
export * from "./policy.ts"
export * from "./route.ts"
