import type { Conversation, Part, TemplateFacts } from "@pensieve/models"
import { arrange, type PromptShape } from "@pensieve/prompt"
import { anthropic } from "@pensieve/translator"
import { Result } from "effect"
import type { Block, Exchange } from "./recorded-session.ts"

const template: TemplateFacts = {
  text: null,
  system: "anywhere",
  tools: true,
  toolCalls: true,
  toolResults: true,
  alternates: false,
  thinkingOption: null,
  opensReasoning: false
}
const shape: PromptShape = {
  template,
  family: {
    toolForm: "native",
    toolPrompt: () => "",
    renderCall: () => "",
    renderResult: () => "",
    templateId: ({ id }) => id
  }
}

const partOf = (block: Block): ReadonlyArray<Part> => {
  switch (block.type) {
    case "text":
      return [{ type: "text", text: block.text }]
    case "thinking":
      return []
    case "tool_use":
      return [{ type: "tool-call", id: block.id, name: block.name, input: block.input }]
  }
}

const textOf = (conversation: Conversation, toolsFirst: boolean): string => {
  const { messages, tools } = arrange(conversation, shape)
  const [head, ...turns] = messages.map((message) => ({ ...message, reasoning_content: "" }))
  return JSON.stringify(toolsFirst ? [tools, head, ...turns] : [head, tools, ...turns]).slice(0, -1)
}

const commonLength = (a: string, b: string): number => {
  const end = Math.min(a.length, b.length)
  let at = 0
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++
  return at
}

/**
 * Which part of each request's text any earlier request or answer began with: no engine could restore more.
 *
 * @param toolsFirst whether the template writes the tools in front of the system prompt
 */
export const makeSharedText = (toolsFirst: boolean): ((exchange: Exchange) => number) => {
  const seen: Array<string> = []
  return (exchange) => {
    const decoded = anthropic.decodeRequest(exchange.body, { headers: exchange.headers })
    if (Result.isFailure(decoded)) return 0
    const conversation = decoded.success
    const text = textOf(conversation, toolsFirst)
    const shared = seen.reduce((most, earlier) => Math.max(most, commonLength(earlier, text)), 0)
    const parts = exchange.answer.flatMap(partOf)
    seen.push(textOf({ ...conversation, turns: [...conversation.turns, { role: "assistant", parts }] }, toolsFirst))
    return shared / text.length
  }
}
