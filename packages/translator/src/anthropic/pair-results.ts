import type { AnthropicSentBlock, AnthropicSentCall, AnthropicSentMessage, AnthropicSentResult } from "@pensieve/models"
import { note, type Notices } from "../notices.ts"

const isCall = (block: AnthropicSentBlock) => block.type === "tool_use"
const isResult = (block: AnthropicSentBlock) => block.type === "tool_result"

/** A result nobody asked for, in the user's words. */
const asWords = (result: AnthropicSentResult, notices: Notices): ReadonlyArray<AnthropicSentBlock> => {
  note(
    notices,
    "result-as-text",
    `The result of "${result.tool_use_id}" answers no call before it; it is sent as text.`,
    ["turns"]
  )
  return [{ type: "text", text: `Result of the tool call ${result.tool_use_id}:` }, ...result.content]
}

const missingResult = (call: AnthropicSentCall, notices: Notices): AnthropicSentResult => {
  note(notices, "result-missing", `The call "${call.id}" has no result; an error stands in its place.`, ["turns"])
  return {
    type: "tool_result",
    tool_use_id: call.id,
    content: [{ type: "text", text: "There is no result of this call." }],
    is_error: true
  }
}

/** The content of the message behind these calls: exactly one result each, then everything else. */
const answering = (
  calls: ReadonlyArray<AnthropicSentCall>,
  content: ReadonlyArray<AnthropicSentBlock>,
  notices: Notices
): ReadonlyArray<AnthropicSentBlock> => {
  const open = new Set(calls.map((call) => call.id))
  const blocks = content.flatMap((block): ReadonlyArray<AnthropicSentBlock> => {
    if (block.type !== "tool_result") return [block]
    return open.delete(block.tool_use_id) ? [block] : asWords(block, notices)
  })
  const missing = calls.filter((call) => open.has(call.id)).map((call) => missingResult(call, notices))
  return [...blocks.filter(isResult), ...missing, ...blocks.filter((block) => !isResult(block))]
}

/**
 * Messages in which every call is answered in the message behind it and nothing else is: the API refuses a conversation that
 * was broken off or shortened elsewhere.
 */
export const pairResults = (
  messages: ReadonlyArray<AnthropicSentMessage>,
  notices: Notices
): ReadonlyArray<AnthropicSentMessage> => {
  const all: Array<AnthropicSentMessage> = []
  let calls: ReadonlyArray<AnthropicSentCall> = []
  for (const message of messages) {
    if (message.role === "user") {
      all.push({ role: "user", content: answering(calls, message.content, notices) })
    } else {
      if (calls.length > 0) all.push({ role: "user", content: answering(calls, [], notices) })
      all.push(message)
    }
    calls = message.role === "assistant" ? message.content.filter(isCall) : []
  }
  return calls.length === 0 ? all : [...all, { role: "user", content: answering(calls, [], notices) }]
}

/** The API wants the user's words first. */
export const beginWithUser = (
  messages: ReadonlyArray<AnthropicSentMessage>,
  notices: Notices
): ReadonlyArray<AnthropicSentMessage> => {
  if (messages[0]?.role === "user") return messages
  note(notices, "user-turn-added", "The conversation does not begin with the user; a turn is put before it.", ["turns"])
  return [
    { role: "user", content: [{ type: "text", text: "(The conversation begins with the assistant.)" }] },
    ...messages
  ]
}
