import type { AnthropicSentBlock, AnthropicSentMessage, Conversation, Turn } from "@pensieve/models"
import { asReminder, partsText } from "../part-text.ts"
import { assistantBlocks, type EncodeContext, textBlocks, userBlocks } from "./encode-content.ts"
import { beginWithUser, pairResults } from "./pair-results.ts"

const turnMessage = (turn: Turn, index: number, context: EncodeContext): AnthropicSentMessage => {
  const path = ["turns", index, "parts"]
  switch (turn.role) {
    case "user":
      return { role: "user", content: userBlocks(turn.parts, path, context) }
    case "assistant":
      return { role: "assistant", content: assistantBlocks(turn.parts, path, context) }
    case "system":
      return { role: "system", content: textBlocks(partsText(turn.parts, path, context)) }
  }
}

const reminder = (block: AnthropicSentBlock): AnthropicSentBlock =>
  block.type === "text" ? { type: "text", text: asReminder(block.text) } : block

/** A system message may stand behind a user message only; anywhere else, and where models take none, its words are the user's. */
const placed = (
  message: AnthropicSentMessage,
  before: AnthropicSentMessage | undefined,
  context: EncodeContext
): AnthropicSentMessage =>
  message.role !== "system" || (context.options.systemTurns === "in-place" && before?.role === "user")
    ? message
    : { role: "user", content: message.content.map(reminder) }

/** Messages of one role in a row are one; the results of calls come first in it. */
const joined = (left: AnthropicSentMessage, right: AnthropicSentMessage): AnthropicSentMessage => {
  const content = [...left.content, ...right.content]
  const isResult = (block: AnthropicSentBlock): boolean => block.type === "tool_result"
  return {
    role: left.role,
    content: [...content.filter(isResult), ...content.filter((block) => !isResult(block))]
  }
}

const merged = (
  messages: ReadonlyArray<AnthropicSentMessage>,
  context: EncodeContext
): ReadonlyArray<AnthropicSentMessage> => {
  const all: Array<AnthropicSentMessage> = []
  for (const message of messages) {
    if (message.content.length === 0) continue
    const next = placed(message, all.at(-1), context)
    const last = all.at(-1)
    if (last?.role === next.role) all.splice(-1, 1, joined(last, next))
    else all.push(joined({ role: next.role, content: [] }, next))
  }
  return all
}

/** The API refuses an answer's beginning that ends in white space. */
const withoutTrailingSpace = (messages: ReadonlyArray<AnthropicSentMessage>): ReadonlyArray<AnthropicSentMessage> => {
  const last = messages.at(-1)
  const block = last?.content.at(-1)
  if (last?.role !== "assistant" || block?.type !== "text") return messages
  const trimmed: AnthropicSentBlock = { type: "text", text: block.text.trimEnd() }
  return [...messages.slice(0, -1), { role: "assistant", content: [...last.content.slice(0, -1), trimmed] }]
}

/**
 * The turns as messages the API takes: user and assistant in turn, every call followed by its result.
 *
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use
 */
export const encodeMessages = (
  conversation: Conversation,
  context: EncodeContext
): ReadonlyArray<AnthropicSentMessage> => {
  const messages = conversation.turns.map((turn, index) => turnMessage(turn, index, context))
  const paired = pairResults(merged(messages, context), context.notices)
  return withoutTrailingSpace(beginWithUser(paired, context.notices))
}
