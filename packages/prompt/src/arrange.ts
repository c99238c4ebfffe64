import type { Conversation, Notice, Part, TemplateMessage, TemplateTool, Turn } from "@pensieve/models"
import { fitTemplate } from "./fit-template.ts"
import { NoticeList } from "./notice-list.ts"
import { headTools } from "./order-tools.ts"
import { joinTexts, type PartContext, textOfPart, textOfParts } from "./part-text.ts"
import { PastCalls } from "./past-calls.ts"
import type { PromptShape } from "./prompt-shape.ts"
import { messagesOfTurn, type TurnContext } from "./turn-messages.ts"

/** A conversation in canonical order, ready for the bridge. */
export interface Arranged {
  readonly messages: ReadonlyArray<TemplateMessage>
  readonly tools: ReadonlyArray<TemplateTool>
  /** The last message is the beginning of the answer. */
  readonly continueFinal: boolean
  /** What could not be shown to the model as it was sent. */
  readonly notices: ReadonlyArray<Notice>
}

/**
 * Puts a conversation into the one order in which local models see it, so that requests that say the same begin with the
 * same bytes: tools, system prompt, system turns that precede the first assistant turn, then the turns as sent.
 *
 * The tools stay in the prompt when `toolChoice` forbids them: leaving them out would change the head and lose its cache.
 * That no call is made is the grammar's and the backend's business.
 *
 * @param shape what the model's template takes and how its family writes the rest
 */
export const arrange = (conversation: Conversation, shape: PromptShape): Arranged => {
  const { family, template } = shape
  const prompted = family.toolForm === "prompted"
  const context: TurnContext = {
    family,
    callsAsText: prompted || !template.toolCalls,
    resultsAsText: prompted || !template.toolResults,
    calls: new PastCalls(),
    tools: new Map(conversation.tools.map((tool) => [tool.name, tool])),
    notices: new NoticeList()
  }
  const tools = headTools(conversation.tools)
  const toolsAsText = tools.length > 0 && (prompted || !template.tools)
  const hoisted = systemTurnsToHoist(conversation.turns)
  const head = joinTexts([
    toolsAsText ? family.toolPrompt(tools) : "",
    systemText(conversation.system, context),
    ...hoisted.map((index) => textOfParts(conversation.turns[index]?.parts ?? [], `turns.${index}.parts`, context))
  ])
  const messages = conversation.turns.flatMap((turn, index) =>
    hoisted.includes(index) ? [] : messagesOfTurn(turn, index, context)
  )
  return {
    messages: fitTemplate(head, messages, template),
    tools: toolsAsText ? [] : tools,
    continueFinal: continuesFinal(conversation.turns),
    notices: context.notices.all()
  }
}

/**
 * How many of the messages stand for the conversation up to and including a turn, which may be any but an assistant's
 * (-1: tools and system prompt only).
 */
export const messagesThrough = (conversation: Conversation, turn: number, shape: PromptShape): number => {
  const hoisted = systemTurnsToHoist(conversation.turns)
  const turns = conversation.turns.filter((_, index) => index <= turn || hoisted.includes(index))
  return arrange({ ...conversation, turns }, shape).messages.length
}

/**
 * System turns before the first assistant turn. They are the same in every session of a project while the user's first words
 * differ, so at the end of the system prompt they can be shared: first-request reuse rises from 79 to 98 %.
 */
const systemTurnsToHoist = (turns: ReadonlyArray<Turn>): ReadonlyArray<number> => {
  const firstAnswer = turns.findIndex((turn) => turn.role === "assistant")
  const before = firstAnswer === -1 ? turns : turns.slice(0, firstAnswer)
  return before.flatMap((turn, index) => (turn.role === "system" ? [index] : []))
}

/** Claude Code's first system block; its value differs from one session to the next. */
const billingHeader = /^x-anthropic-billing-header:[^\n]*\n*/

const systemText = (parts: ReadonlyArray<Part>, context: PartContext): string =>
  joinTexts(
    parts.map((part, index) => {
      const text = textOfPart(part, `system.${index}`, context)
      const header = index === 0 && part.type === "text" ? billingHeader.exec(text)?.[0] : undefined
      if (header === undefined) return text
      context.notices.add(
        "billing-header-dropped",
        `Left out, since it changes from session to session: ${header.trim()}`,
        "system.0"
      )
      return text.slice(header.length)
    })
  )

/** An assistant turn at the end is the beginning of the answer, unless it ends in calls that wait for results. */
const continuesFinal = (turns: ReadonlyArray<Turn>): boolean => {
  const last = turns.at(-1)
  return (
    last?.role === "assistant" &&
    last.parts.some((part) => part.type === "text" && part.text !== "") &&
    !last.parts.some((part) => part.type === "tool-call")
  )
}
