import type { Conversation, JsonObject, Part, TemplateFacts, ToolDefinition, Turn } from "@pensieve/models"
import type { PromptFamily } from "../src/index.ts"

export const text = (words: string): Part => ({ type: "text", text: words })

export const user = (...parts: ReadonlyArray<Part | string>): Turn => turn("user", parts)
export const assistant = (...parts: ReadonlyArray<Part | string>): Turn => turn("assistant", parts)
export const system = (...parts: ReadonlyArray<Part | string>): Turn => turn("system", parts)

const turn = (role: Turn["role"], parts: ReadonlyArray<Part | string>): Turn => ({
  role,
  parts: parts.map((part) => (typeof part === "string" ? text(part) : part))
})

export const call = (id: string, name: string, input: JsonObject): Part => ({ type: "tool-call", id, name, input })

export const result = (callId: string, words: string | ReadonlyArray<Part>, isError = false): Part => ({
  type: "tool-result",
  callId,
  parts: typeof words === "string" ? [text(words)] : words,
  isError
})

export const tool = (name: string, more: Partial<ToolDefinition> = {}): ToolDefinition => ({
  name,
  description: `Runs ${name}.`,
  inputSchema: { type: "object" },
  deferred: false,
  eager: false,
  ...more
})

export const conversation = (content: Partial<Conversation>): Conversation => ({
  model: "some-model",
  system: [],
  turns: [],
  tools: [],
  toolChoice: { type: "auto" },
  parallelToolCalls: true,
  sampling: {},
  reasoning: { mode: "auto", display: "full" },
  output: { type: "text" },
  stopSequences: [],
  stream: true,
  hints: { requestClass: "main", cacheBreakpoints: [] },
  notices: [],
  source: { dialect: "test", body: null },
  ...content
})

/** A template that takes everything. */
export const fullTemplate: TemplateFacts = {
  text: "…",
  system: "anywhere",
  tools: true,
  toolCalls: true,
  toolResults: true,
  alternates: false,
  thinkingOption: "enable_thinking",
  opensReasoning: false
}

/** A template like Gemma's: no system turn, no tools, user and assistant in turn. */
export const bareTemplate: TemplateFacts = {
  ...fullTemplate,
  system: "none",
  tools: false,
  toolCalls: false,
  toolResults: false,
  alternates: true
}

export const nativeFamily: PromptFamily = {
  toolForm: "native",
  toolPrompt: (tools) => `TOOLS ${tools.map((shown) => JSON.stringify(shown.function)).join(" ")}`,
  renderCall: ({ name, input }) => `CALL ${name} ${JSON.stringify(input)}`,
  renderResult: ({ name, text: words }) => `RESULT ${name ?? "?"} ${words}`,
  templateId: ({ id }) => id
}

export const promptedFamily: PromptFamily = { ...nativeFamily, toolForm: "prompted" }
