import { prompted } from "@pensieve/families"
import {
  type Conversation,
  type Part,
  shownTools,
  type TemplateTool,
  type ToolCallPart,
  type ToolDefinition,
  type ToolResultPart,
  type Turn
} from "@pensieve/models"

/**
 * A conversation for a model whose server takes no tools: they stand in the system prompt, calls and results of the past are
 * text. The answer is read by the same family's parser.
 */
export const withPromptedTools = (conversation: Conversation): Conversation => {
  const named = new Map(
    conversation.turns.flatMap((turn) =>
      turn.parts.flatMap((part) => (part.type === "tool-call" ? [[part.id, part.name] as const] : []))
    )
  )
  const shown = shownTools(conversation).map(templateTool)
  const offered = shown.length > 0 && conversation.toolChoice.type !== "none"
  return {
    ...conversation,
    system: offered
      ? [...conversation.system, { type: "text", text: prompted.toolPrompt(shown) }]
      : conversation.system,
    turns: conversation.turns.map((turn) => turnAsText(turn, named)),
    tools: [],
    toolChoice: { type: "auto" },
    stopSequences: offered ? [...conversation.stopSequences, ...prompted.stopStrings] : conversation.stopSequences
  }
}

const templateTool = ({ name, description, inputSchema }: ToolDefinition): TemplateTool => ({
  type: "function",
  function: { name, description: description ?? "", parameters: inputSchema }
})

const turnAsText = (turn: Turn, named: ReadonlyMap<string, string>): Turn => ({
  role: turn.role,
  parts: turn.parts.flatMap((part): ReadonlyArray<Part> => {
    if (part.type === "tool-call") return [callAsText(part)]
    return part.type === "tool-result" ? resultAsText(part, named.get(part.callId)) : [part]
  })
})

const callAsText = ({ name, input }: ToolCallPart): Part => ({
  type: "text",
  text: prompted.renderCall({ name, input })
})

/** The texts of a result between the form's tags; what is no text stays a part behind them. */
const resultAsText = (result: ToolResultPart, name: string | undefined): ReadonlyArray<Part> => {
  const words = result.parts.flatMap((part) => (part.type === "text" ? [part.text] : []))
  const text = [...(result.isError ? ["[error]"] : []), ...words].join("\n")
  return [
    { type: "text", text: prompted.renderResult({ text, ...(name === undefined ? {} : { name }) }) },
    ...result.parts.filter((part) => part.type !== "text")
  ]
}
