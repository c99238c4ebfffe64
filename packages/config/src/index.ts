export * from "./parse-config.ts"
export * from "./resolve-settings.ts"
export * from "./setting-table.ts"
export * from "./settings.ts"
