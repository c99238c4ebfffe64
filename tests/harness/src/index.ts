export * from "./places.ts"
export * from "./start-proxy.ts"
export * from "./tiny-model.ts"
export * from "./until.ts"
