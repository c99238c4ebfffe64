import type { InvalidRequest } from "@pensieve/errors"
import { AnthropicInputMessage, isJsonObject, type JsonObject, type Turn } from "@pensieve/models"
import { Result } from "effect"
import { decodeContent } from "./decode-content.ts"
import { decoderOf, invalidField } from "./field-error.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"

const decodeMessage = decoderOf(AnthropicInputMessage)
const messageFields = new Set(Object.keys(AnthropicInputMessage.fields))
const messageConfigFields = new Set(["effort"])

/** `messages`, and what else stands in them. */
export interface Messages {
  readonly turns: ReadonlyArray<Turn>
  /** Indices of turns that carry a cache mark. */
  readonly cached: ReadonlyArray<number>
  /** `output_config` of messages, with the message's index. */
  readonly configs: ReadonlyArray<readonly [index: number, config: JsonObject]>
}

/** Whether a block or a tool carries `cache_control`. */
export const hasCacheMark = (value: unknown): boolean =>
  isJsonObject(value) && value.cache_control !== undefined && value.cache_control !== null

const noteMessage = (message: unknown, index: number, notices: Notices): void => {
  if (!isJsonObject(message)) return
  const path = ["messages", index]
  noteUnknownFields(notices, message, messageFields, "a message", path)
  if (isJsonObject(message.output_config)) {
    const configPath = [...path, "output_config"]
    noteUnknownFields(notices, message.output_config, messageConfigFields, "a message's output_config", configPath)
  }
  if (message.clear_at === "next_user_message") {
    note(notices, "clear-at-ignored", "A system message that should vanish later stays in the conversation.", path)
  }
}

/**
 * The messages as turns, in the order and number sent; system messages stay where they are.
 *
 * @see wire contract, section 2, `messages`
 */
export const decodeMessages = (
  messages: ReadonlyArray<unknown>,
  notices: Notices
): Result.Result<Messages, InvalidRequest> => {
  if (messages.length === 0) return Result.fail(invalidField(["messages"], "at least one message is required"))
  const turns: Array<Turn> = []
  const cached: Array<number> = []
  const configs: Array<readonly [number, JsonObject]> = []
  for (const [index, message] of messages.entries()) {
    const path = ["messages", index]
    const decoded = decodeMessage(message, path)
    if (Result.isFailure(decoded)) return Result.fail(decoded.failure)
    const { role, content, output_config } = decoded.success
    noteMessage(message, index, notices)
    if (output_config !== undefined) configs.push([index, output_config])
    if (content === undefined) {
      if (role !== "system") return Result.fail(invalidField([...path, "content"], "Field required"))
      note(notices, "message-empty", "A system message without content only changes options.", path)
      continue
    }
    const parts = decodeContent(content, [...path, "content"], notices)
    if (Result.isFailure(parts)) return Result.fail(parts.failure)
    if (typeof content !== "string" && content.some(hasCacheMark)) cached.push(turns.length)
    turns.push({ role, parts: parts.success })
  }
  return Result.succeed({ turns, cached, configs })
}
