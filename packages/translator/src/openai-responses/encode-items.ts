import type { Conversation, Part, ReasoningPart, ResponsesSentItem, ToolResultPart, Turn } from "@pensieve/models"
import { note } from "../notices.ts"
import { joinTexts, markError, partText } from "../part-text.ts"
import type { Path } from "../path.ts"
import { encryptedByResponses } from "../reasoning-origin.ts"
import { sentArguments } from "../sent-arguments.ts"
import { type EncodeContext, sentParts } from "./encode-content.ts"

type Items = ReadonlyArray<ResponsesSentItem>

const message = (
  role: "user" | "developer",
  parts: ReadonlyArray<readonly [Part, Path]>,
  context: EncodeContext
): Items => {
  const content = sentParts(parts, context)
  return content.length === 0 ? [] : [{ type: "message", role, content }]
}

/** What a tool gave: one text where it is nothing but text, which every server takes. */
const resultItem = (result: ToolResultPart, path: Path, context: EncodeContext): ResponsesSentItem => {
  const placed = result.parts.map((part, index) => [part, [...path, "parts", index]] as const)
  const parts = sentParts(placed, context)
  const texts = parts.flatMap((part) => (part.type === "input_text" ? [part.text] : []))
  const output =
    texts.length === parts.length
      ? markError(joinTexts(texts), result.isError)
      : [...(result.isError ? [{ type: "input_text", text: markError("", true) } as const] : []), ...parts]
  return { type: "function_call_output", call_id: result.callId, output }
}

/** Results first, whatever their place in the turn, then what the user says. */
const userItems = (turn: Turn, path: Path, context: EncodeContext): Items => {
  const placed = turn.parts.map((part, index) => [part, [...path, index]] as const)
  const results = placed.flatMap(([part, place]) =>
    part.type === "tool-result" ? [resultItem(part, place, context)] : []
  )
  const said = placed.filter(([part]) => part.type !== "tool-result")
  return [...results, ...message("user", said, context)]
}

/** A thought goes back to the service that encrypted it, and to no other. */
const reasoningItems = ({ text, signature }: ReasoningPart, path: Path, { notices }: EncodeContext): Items => {
  const encrypted = encryptedByResponses(signature)
  if (encrypted === undefined) {
    note(notices, "reasoning-dropped", "Earlier thinking that the upstream did not encrypt is not sent again.", path)
    return []
  }
  const summary = text === "" ? [] : [{ type: "summary_text", text } as const]
  return [{ type: "reasoning", summary, encrypted_content: encrypted }]
}

const saidItems = (part: Part, path: Path, context: EncodeContext): Items => {
  if (part.type === "reasoning") return reasoningItems(part, path, context)
  if (part.type === "tool-call") {
    const { id, name } = part
    return [
      {
        type: "function_call",
        call_id: id,
        name: context.names.toWire(name),
        arguments: sentArguments(part, path, context.notices)
      }
    ]
  }
  const text = partText(part, path, context)
  return text === "" ? [] : [{ type: "message", role: "assistant", content: [{ type: "output_text", text }] }]
}

/** Texts in a row are parts of one message. */
const joined = (items: Items): Items => {
  const all: Array<ResponsesSentItem> = []
  for (const item of items) {
    const last = all.at(-1)
    if (item.type === "message" && item.role === "assistant" && last?.type === "message" && last.role === "assistant") {
      all.splice(-1, 1, { ...last, content: [...last.content, ...item.content] })
    } else {
      all.push(item)
    }
  }
  return all
}

const turnItems = (turn: Turn, index: number, context: EncodeContext): Items => {
  const path = ["turns", index, "parts"]
  switch (turn.role) {
    case "user":
      return userItems(turn, path, context)
    case "system":
      return message(
        "developer",
        turn.parts.map((part, at) => [part, [...path, at]]),
        context
      )
    case "assistant":
      return joined(turn.parts.flatMap((part, at) => saidItems(part, [...path, at], context)))
  }
}

/** The turns as items, in their order; system turns stay where they are. */
export const encodeItems = ({ turns }: Conversation, context: EncodeContext): Items =>
  turns.flatMap((turn, index) => turnItems(turn, index, context))
