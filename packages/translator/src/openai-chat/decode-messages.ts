import type { InvalidRequest } from "@pensieve/errors"
import {
  isJsonObject,
  OpenaiChatInputMessage,
  type Part,
  type Role,
  type ToolResultPart,
  type Turn
} from "@pensieve/models"
import { Result } from "effect"
import { note, noteUnknownFields, type Notices } from "../notices.ts"
import { callPart, decodeCalls } from "./decode-calls.ts"
import { decodeContent } from "./decode-content.ts"
import { decoderOf, invalidField, missingField } from "./field-error.ts"
import type { Path } from "../path.ts"

const decodeMessage = decoderOf(OpenaiChatInputMessage)
const messageFields = new Set(Object.keys(OpenaiChatInputMessage.fields))

/** `messages`: the leading instructions, and the rest. */
export interface Messages {
  readonly system: ReadonlyArray<Part>
  readonly turns: ReadonlyArray<Turn>
}

type Parts = Result.Result<ReadonlyArray<Part>, InvalidRequest>

/** Fields of a message that make its parts, in the order they are read. */
type Fields = OpenaiChatInputMessage

const contentOf = ({ content }: Fields, path: Path, notices: Notices): Parts =>
  content === undefined
    ? Result.fail(missingField([...path, "content"]))
    : decodeContent(content, [...path, "content"], notices)

/** The id under which a legacy call and its result find each other: the older API had none. */
const legacyId = (count: number): string => `call_legacy_${count}`

/** Calls of the older form, whose answers come in order and by name. */
interface Legacy {
  count: number
  readonly open: Array<{ readonly id: string; readonly name: string }>
}

const assistantParts = (fields: Fields, path: Path, legacy: Legacy, notices: Notices): Parts =>
  Result.gen(function* () {
    const thought = fields.reasoning_content ?? fields.reasoning
    const content = fields.content === undefined ? [] : yield* contentOf(fields, path, notices)
    const calls = yield* decodeCalls(fields.tool_calls ?? [], [...path, "tool_calls"], notices)
    const parts: Array<Part> = [
      ...(thought ? [{ type: "reasoning", text: thought } as const] : []),
      ...content,
      ...(fields.refusal ? [{ type: "text", text: fields.refusal } as const] : []),
      ...calls
    ]
    if (fields.function_call !== undefined) {
      const id = legacyId(legacy.count++)
      const { name, arguments: json } = fields.function_call
      legacy.open.push({ id, name })
      parts.push(callPart(id, name, json, [...path, "function_call", "arguments"], notices))
    }
    return parts
  })

const toolResult = (callId: string, parts: ReadonlyArray<Part>): ToolResultPart => ({
  type: "tool-result",
  callId,
  parts,
  isError: false
})

const toolParts = (fields: Fields, path: Path, notices: Notices): Parts =>
  Result.gen(function* () {
    if (fields.tool_call_id === undefined) return yield* Result.fail(missingField([...path, "tool_call_id"]))
    return [toolResult(fields.tool_call_id, yield* contentOf(fields, path, notices))]
  })

/** The answer to the oldest open call of that name. */
const functionParts = (fields: Fields, path: Path, legacy: Legacy, notices: Notices): Parts =>
  Result.gen(function* () {
    if (fields.name === undefined) return yield* Result.fail(missingField([...path, "name"]))
    const at = legacy.open.findIndex((call) => call.name === fields.name)
    const [call] = at === -1 ? [] : legacy.open.splice(at, 1)
    const content = fields.content === undefined ? [] : yield* contentOf(fields, path, notices)
    return [toolResult(call?.id ?? legacyId(legacy.count++), content)]
  })

const roles = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "user",
  function: "user"
} as const satisfies Record<Fields["role"], Role>

const partsOf = (fields: Fields, path: Path, legacy: Legacy, notices: Notices): Parts => {
  switch (fields.role) {
    case "assistant":
      return assistantParts(fields, path, legacy, notices)
    case "tool":
      return toolParts(fields, path, notices)
    case "function":
      return functionParts(fields, path, legacy, notices)
    default:
      return contentOf(fields, path, notices)
  }
}

const noteMessage = (fields: Fields, message: unknown, path: Path, notices: Notices): void => {
  if (isJsonObject(message)) noteUnknownFields(notices, message, messageFields, "a message", path)
  if (fields.name !== undefined && fields.role !== "function" && fields.role !== "tool") {
    note(notices, "name-ignored", `The participant's name "${fields.name}" is not shown to the model.`, [
      ...path,
      "name"
    ])
  }
}

const isResult = (role: Fields["role"]): boolean => role === "tool" || role === "function"

/**
 * The messages as turns, in the order sent. System and developer messages at the beginning are the instructions, later ones
 * stay where they are; the answers to several calls, one message each, are one turn.
 *
 * @see wire contract, section 8
 */
export const decodeMessages = (
  messages: ReadonlyArray<unknown>,
  notices: Notices
): Result.Result<Messages, InvalidRequest> =>
  Result.gen(function* () {
    if (messages.length === 0) {
      return yield* Result.fail(invalidField(["messages"], "expected at least one message"))
    }
    const system: Array<Part> = []
    const turns: Array<Turn> = []
    const legacy: Legacy = { count: 0, open: [] }
    let results: Array<Part> | undefined
    for (const [index, message] of messages.entries()) {
      const path = ["messages", index]
      const fields = yield* decodeMessage(message, path)
      noteMessage(fields, message, path, notices)
      const parts = yield* partsOf(fields, path, legacy, notices)
      const role = roles[fields.role]
      if (role === "system" && turns.length === 0 && index < messages.length - 1) {
        system.push(...parts)
      } else if (isResult(fields.role) && results !== undefined) {
        results.push(...parts)
      } else {
        results = isResult(fields.role) ? [...parts] : undefined
        turns.push({ role, parts: results ?? parts })
      }
    }
    return { system, turns }
  })
