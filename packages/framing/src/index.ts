export * from "./ndjson.ts"
export * from "./sse-decode.ts"
export * from "./sse-encode.ts"
export * from "./utf8.ts"
