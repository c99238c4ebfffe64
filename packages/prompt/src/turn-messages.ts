import type { TemplateMessage, ToolCallPart, ToolResultPart, Turn } from "@pensieve/models"
import { ownInput } from "./own-input.ts"
import { joinTexts, markError, type PartContext, textOfPart, textOfParts } from "./part-text.ts"
import type { PastCalls } from "./past-calls.ts"
import type { PromptFamily } from "./prompt-shape.ts"

/** What the messages of a turn depend on besides the turn: only what came before it. */
export interface TurnContext extends PartContext {
  readonly family: PromptFamily
  /** Calls and results go as text instead of as the template's own fields. */
  readonly callsAsText: boolean
  readonly resultsAsText: boolean
  readonly calls: PastCalls
}

type Field = `turns.${number}.parts`

/** The messages of one turn, as a template that takes everything would get them. */
export const messagesOfTurn = (turn: Turn, index: number, context: TurnContext): ReadonlyArray<TemplateMessage> => {
  const field: Field = `turns.${index}.parts`
  switch (turn.role) {
    case "assistant":
      return assistantMessages(turn, field, context)
    case "user":
      return userMessages(turn, field, context)
    case "system":
      return nonEmpty("system", textOfParts(turn.parts, field, context))
  }
}

const nonEmpty = (role: "system" | "user", content: string): ReadonlyArray<TemplateMessage> =>
  content === "" ? [] : [{ role, content }]

// Results come first, in the order sent: templates want them right behind the calls.
const userMessages = (turn: Turn, field: Field, context: TurnContext): ReadonlyArray<TemplateMessage> => {
  const results = turn.parts.flatMap((part, index) =>
    part.type === "tool-result" ? [{ part, field: `${field}.${index}` }] : []
  )
  const text = joinTexts(
    turn.parts.map((part, index) => (part.type === "tool-result" ? "" : textOfPart(part, `${field}.${index}`, context)))
  )
  if (context.resultsAsText) {
    const written = results.map((result) => context.family.renderResult(resultOf(result.part, result.field, context)))
    return nonEmpty("user", joinTexts([written.join("\n"), text]))
  }
  return [...results.map((result) => toolMessage(result.part, result.field, context)), ...nonEmpty("user", text)]
}

const resultOf = (
  part: ToolResultPart,
  field: string,
  context: TurnContext
): { readonly name?: string; readonly text: string } => {
  const call = context.calls.get(part.callId)
  const text = markError(textOfParts(part.parts, `${field}.parts`, context), part.isError)
  return call === undefined ? { text } : { name: call.name, text }
}

const toolMessage = (part: ToolResultPart, field: string, context: TurnContext): TemplateMessage => {
  const { name, text } = resultOf(part, field, context)
  const tool_call_id = context.calls.get(part.callId)?.templateId ?? part.callId
  return { role: "tool", content: text, tool_call_id, ...(name === undefined ? {} : { name }) }
}

const assistantMessages = (turn: Turn, field: Field, context: TurnContext): ReadonlyArray<TemplateMessage> => {
  const calls = turn.parts.filter((part) => part.type === "tool-call")
  const reasoning = turn.parts.filter((part) => part.type === "reasoning")
  const own = reasoning.filter((part) => part.signature === undefined)
  if (own.length < reasoning.length) {
    context.notices.add("reasoning-foreign", "Thoughts of another service are not shown to this model.", field)
  }
  const text = joinTexts(
    turn.parts.map((part, index) =>
      part.type === "tool-call" || part.type === "reasoning" ? "" : textOfPart(part, `${field}.${index}`, context)
    )
  )
  const toolCalls = calls.map((part) => templateCall(part, context))
  const written = context.callsAsText
    ? calls.map((part) => context.family.renderCall({ name: part.name, input: ownInput(part) })).join("\n")
    : ""
  const content = joinTexts([text, written])
  // Empty where the client was not shown the text; then there is nothing to lose.
  const thought = joinTexts(own.map((part) => part.text))
  if (content === "" && thought === "" && toolCalls.length === 0) return []
  return [
    {
      role: "assistant",
      content,
      ...(thought === "" ? {} : { reasoning_content: thought }),
      ...(toolCalls.length === 0 || context.callsAsText ? {} : { tool_calls: toolCalls })
    }
  ]
}

const templateCall = (
  part: ToolCallPart,
  context: TurnContext
): NonNullable<TemplateMessage["tool_calls"]>[number] => ({
  id: context.calls.add(part, context.family).templateId,
  type: "function",
  function: { name: part.name, arguments: ownInput(part) }
})
