import type { InvalidRequest } from "@pensieve/errors"
import { AnthropicInputMessage, isJsonObject, type JsonObject, type Turn } from "@pensieve/models"
import { Result } from "effect"
import { decodeOnce } from "../decode-once.ts"
import type { Path } from "../path.ts"
import { decodeContent } from "./decode-content.ts"
import { decoderOf, invalidField } from "./field-error.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"

const decodeFields = decoderOf(AnthropicInputMessage)
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

const noteMessage = (message: unknown, path: Path, notices: Notices): void => {
  if (!isJsonObject(message)) return
  noteUnknownFields(notices, message, messageFields, "a message", path)
  if (isJsonObject(message.output_config)) {
    const configPath = [...path, "output_config"]
    noteUnknownFields(notices, message.output_config, messageConfigFields, "a message's output_config", configPath)
  }
  if (message.clear_at === "next_user_message") {
    note(notices, "clear-at-ignored", "A system message that should vanish later stays in the conversation.", path)
  }
}

/** One message, as far as it can be read without the others. */
interface Message {
  /** None for a system message without content, which only changes options. */
  readonly turn: Turn | undefined
  readonly cached: boolean
  readonly config: JsonObject | undefined
}

const decodeMessage = decodeOnce((message, path, notices): Result.Result<Message, InvalidRequest> =>
  Result.gen(function* () {
    const { role, content, output_config: config } = yield* decodeFields(message, path)
    noteMessage(message, path, notices)
    if (content === undefined) {
      if (role !== "system") return yield* Result.fail(invalidField([...path, "content"], "Field required"))
      note(notices, "message-empty", "A system message without content only changes options.", path)
      return { turn: undefined, cached: false, config }
    }
    const parts = yield* decodeContent(content, [...path, "content"], notices)
    return { turn: { role, parts }, cached: typeof content !== "string" && content.some(hasCacheMark), config }
  })
)

/**
 * The messages as turns, in the order and number sent; system messages stay where they are.
 *
 * @param shared what was decoded of a message before may be given again
 * @see wire contract, section 2, `messages`
 */
export const decodeMessages = (
  messages: ReadonlyArray<unknown>,
  notices: Notices,
  shared: boolean
): Result.Result<Messages, InvalidRequest> => {
  if (messages.length === 0) return Result.fail(invalidField(["messages"], "at least one message is required"))
  const turns: Array<Turn> = []
  const marked: Array<number> = []
  const configs: Array<readonly [number, JsonObject]> = []
  for (const [index, message] of messages.entries()) {
    const decoded = decodeMessage(message, ["messages", index], notices, shared)
    if (Result.isFailure(decoded)) return Result.fail(decoded.failure)
    const { turn, cached, config } = decoded.success
    if (config !== undefined) configs.push([index, config])
    if (turn === undefined) continue
    if (cached) marked.push(turns.length)
    turns.push(turn)
  }
  return Result.succeed({ turns, cached: marked, configs })
}
