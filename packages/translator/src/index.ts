export * as anthropic from "./anthropic/index.ts"
export * as openaiResponses from "./openai-responses/index.ts"
