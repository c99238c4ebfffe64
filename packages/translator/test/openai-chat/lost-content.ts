import { type Conversation, isJsonObject } from "@pensieve/models"

/** The marks («0», «1», …) inside a value, each as often as it stands there. */
export const marksIn = (value: unknown): ReadonlyArray<string> => JSON.stringify(value)?.match(/«\d+»/g) ?? []

/** Fields of a message that are content. */
const contentFields = ["content", "refusal", "reasoning_content", "tool_calls", "function_call", "tool_call_id"]

const contentOf = (message: unknown): ReadonlyArray<unknown> =>
  isJsonObject(message) ? contentFields.map((field) => message[field]) : []

const namesOf = (tools: unknown): ReadonlyArray<unknown> =>
  Array.isArray(tools) ? tools.filter(isJsonObject).map((tool) => tool.function ?? tool.custom) : []

/** The marks of a request that must reach the Conversation: all content, the tools, the stop sequences. */
const sentMarks = (body: object): ReadonlyArray<string> => {
  if (!isJsonObject(body)) return []
  const messages = Array.isArray(body.messages) ? body.messages : []
  return marksIn([messages.map(contentOf), namesOf(body.tools), body.stop])
}

/**
 * The marks of a request that neither the Conversation nor its notices hold; empty if the content was conserved.
 *
 * Independent of the decoder: every mark stands once in the body, and has to be found.
 */
export const lostContent = (body: object, conversation: Conversation): ReadonlyArray<string> => {
  const { system, turns, tools, stopSequences, notices } = conversation
  const found = new Set(marksIn({ system, turns, tools, stopSequences, notices }))
  return sentMarks(body).filter((mark) => !found.has(mark))
}
