export * as anthropic from "./anthropic/index.ts"
export * as openaiChat from "./openai-chat/index.ts"
export * as openaiResponses from "./openai-responses/index.ts"
