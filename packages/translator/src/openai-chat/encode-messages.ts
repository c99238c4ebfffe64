import type {
  Conversation,
  OpenaiChatSentMessage,
  OpenaiChatSentPart,
  OpenaiChatToolCall,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
  Turn
} from "@pensieve/models"
import { encodeOnce } from "../encode-once.ts"
import { note } from "../notices.ts"
import { sentArguments } from "../sent-arguments.ts"
import { asReminder, joinTexts, markError, partsText } from "../part-text.ts"
import { systemParts } from "../system-parts.ts"
import { type EncodeContext, mediaPart, userContent, userParts } from "./encode-content.ts"
import type { Path } from "../path.ts"

type Messages = ReadonlyArray<OpenaiChatSentMessage>

/** Instructions that were encoded before, by their first part. */
const instructions = new WeakMap<
  Part,
  { readonly parts: ReadonlyArray<Part>; readonly role: string; readonly messages: Messages }
>()

/** Instructions are long and hardly ever change: those of the same texts are the very same message. */
const systemMessages = (conversation: Conversation, context: EncodeContext): Messages => {
  const { systemRole: role, shared } = context.options
  const parts = systemParts(conversation, context.notices)
  const [first] = parts
  const before = shared && first !== undefined ? instructions.get(first) : undefined
  if (before?.role === role && isSame(before.parts, parts)) return before.messages
  const content = partsText(parts, ["system"], context)
  const messages = content === "" ? [] : [{ role, content }]
  if (shared && first !== undefined && parts.every(({ type }) => type === "text"))
    instructions.set(first, { parts, role, messages })
  return messages
}

const isSame = (some: ReadonlyArray<Part>, others: ReadonlyArray<Part>): boolean =>
  some.length === others.length && some.every((part, index) => part === others[index])

const systemTurn = (turn: Turn, path: Path, context: EncodeContext): Messages => {
  const content = partsText(turn.parts, path, context)
  if (content === "") return []
  return context.options.systemTurns === "folded"
    ? [{ role: "user", content: asReminder(content) }]
    : [{ role: context.options.systemRole, content }]
}

/** A picture or a file of a tool result that goes into the user message behind it. */
const hoisted = (part: Part, context: EncodeContext): OpenaiChatSentPart | undefined =>
  context.options.toolMedia === "hoisted" ? mediaPart(part, context) : undefined

const hoistedMedia = (result: ToolResultPart, context: EncodeContext): ReadonlyArray<OpenaiChatSentPart> => {
  const media = result.parts.flatMap((part) => hoisted(part, context) ?? [])
  return media.length === 0 ? [] : [{ type: "text", text: `From the tool result ${result.callId}:` }, ...media]
}

const withoutHoisted = (result: ToolResultPart, context: EncodeContext): ReadonlyArray<Part> =>
  result.parts.map((part) =>
    hoisted(part, context) === undefined ? part : { type: "text", text: `[${part.type}: in the next message]` }
  )

const toolMessage = (part: ToolResultPart, path: Path, context: EncodeContext): OpenaiChatSentMessage => {
  const text = partsText(withoutHoisted(part, context), [...path, "parts"], context)
  return { role: "tool", tool_call_id: part.callId, content: markError(text, part.isError) }
}

/** Results come first, whatever their place in the turn: an upstream wants them right behind the calls. */
const userMessages = (turn: Turn, path: Path, context: EncodeContext): Messages => {
  const placed = turn.parts.map((part, index) => [part, [...path, index]] as const)
  const results = placed.flatMap(([part, place]) => (part.type === "tool-result" ? [[part, place] as const] : []))
  const media = results.flatMap(([part]) => hoistedMedia(part, context))
  const said = userParts(
    placed.filter(([part]) => part.type !== "tool-result"),
    context
  )
  const parts = [...media, ...said]
  return [
    ...results.map(([part, place]) => toolMessage(part, place, context)),
    ...(parts.length === 0 ? [] : [{ role: "user", content: userContent(parts) } as const])
  ]
}

const sentCall = (part: ToolCallPart, path: Path, context: EncodeContext): OpenaiChatToolCall => ({
  id: part.id,
  type: "function",
  function: { name: context.names.toWire(part.name), arguments: sentArguments(part, path, context.notices) }
})

const isReasoning = (part: Part) => part.type === "reasoning"
const isCall = (part: Part) => part.type === "tool-call"

/** Whether a thought was not written by a service of its own, whose models' thoughts are no use to others. */
const isOurs = (part: ReasoningPart) => part.signature === undefined

const assistantMessages = (turn: Turn, path: Path, context: EncodeContext): Messages => {
  const said = turn.parts.map((part) =>
    isReasoning(part) || isCall(part) ? ({ type: "text", text: "" } as const) : part
  )
  const content = partsText(said, path, context)
  const calls = turn.parts.filter(isCall).map((part) => sentCall(part, path, context))
  const thoughts = turn.parts.filter(isReasoning)
  const own = context.options.reasoningHistory === "reasoning_content" ? thoughts.filter(isOurs) : []
  if (own.length < thoughts.length) {
    note(context.notices, "reasoning-dropped", "Earlier thinking is not sent again.", path)
  }
  const kept = joinTexts(own.map((part) => part.text))
  if (content === "" && kept === "" && calls.length === 0) return []
  return [
    {
      role: "assistant",
      content: content === "" && calls.length > 0 ? null : content,
      ...(kept === "" ? {} : { reasoning_content: kept }),
      ...(calls.length === 0 ? {} : { tool_calls: calls })
    }
  ]
}

const turnMessages = (turn: Turn, index: number, context: EncodeContext): Messages => {
  const path = ["turns", index, "parts"]
  switch (turn.role) {
    case "system":
      return systemTurn(turn, path, context)
    case "user":
      return userMessages(turn, path, context)
    case "assistant":
      return assistantMessages(turn, path, context)
  }
}

const turnOnce = encodeOnce<Turn, Messages>()

/** What a turn is encoded to may depend on the tools only where it names one, and on the names only where some are not sent as they are. */
const namesTools = (part: Part): boolean =>
  part.type === "tool-reference" ||
  part.type === "tool-removal" ||
  (part.type === "tool-result" && part.parts.some(namesTools))

/** All turns; in a conversation whose turns never change, each is encoded once. */
const turnsMessages = ({ turns }: Conversation, context: EncodeContext): Messages => {
  const { options, names } = context
  if (!options.shared || names.fromWire.size > 0)
    return turns.flatMap((turn, index) => turnMessages(turn, index, context))
  const { systemRole, systemTurns, reasoningHistory, toolMedia, images, files } = options
  const way = [systemRole, systemTurns, reasoningHistory, toolMedia, images, files].join()
  const all: Array<OpenaiChatSentMessage> = []
  for (const [index, turn] of turns.entries()) {
    const before = turnOnce.known(turn, way)
    if (before !== undefined) all.push(...before)
    else if (turn.parts.some(namesTools)) all.push(...turnMessages(turn, index, context))
    else
      all.push(
        ...turnOnce.encode(turn, way, context.notices, (notices) => turnMessages(turn, index, { ...context, notices }))
      )
  }
  return all
}

const asParts = (content: string | ReadonlyArray<OpenaiChatSentPart>): ReadonlyArray<OpenaiChatSentPart> =>
  typeof content === "string" ? [{ type: "text", text: content }] : content

/** Templates that need folded system turns need alternating roles too. */
const merged = (messages: Messages): Messages => {
  const all: Array<OpenaiChatSentMessage> = []
  for (const message of messages) {
    const last = all.at(-1)
    if (last?.role === "user" && message.role === "user") {
      all.splice(-1, 1, { role: "user", content: userContent([...asParts(last.content), ...asParts(message.content)]) })
    } else {
      all.push(message)
    }
  }
  return all
}

/**
 * A conversation as messages: instructions first, then the turns in their order.
 *
 * @see wire contract, section 8, and the parity rules of the model families (tool results before the user's text)
 */
export const encodeMessages = (conversation: Conversation, context: EncodeContext): Messages => {
  const messages = [...systemMessages(conversation, context), ...turnsMessages(conversation, context)]
  return context.options.systemTurns === "folded" ? merged(messages) : messages
}
