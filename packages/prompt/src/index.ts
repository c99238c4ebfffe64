export { arrange, type Arranged, messagesThrough } from "./arrange.ts"
export { canonicalJson } from "./canonical-json.ts"
export type { PromptFamily, PromptShape } from "./prompt-shape.ts"
export { type TurnKey, turnKeys } from "./turn-keys.ts"
