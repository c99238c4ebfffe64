export * as anthropic from "./anthropic/index.ts"
export * as openaiChat from "./openai-chat/index.ts"
