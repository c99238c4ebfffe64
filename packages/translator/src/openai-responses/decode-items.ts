import type { InvalidRequest } from "@pensieve/errors"
import {
  isJsonObject,
  type JsonObject,
  type Part,
  type ReasoningPart,
  ResponsesItemType,
  responsesItems,
  type Role,
  type Turn
} from "@pensieve/models"
import { Result } from "effect"
import { decodeContent } from "./decode-content.ts"
import { decoderOf, invalidField } from "./field-error.ts"
import type { Path } from "../path.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"
import { parseToolInput } from "../parse-tool-input.ts"
import { ofResponses } from "../reasoning-origin.ts"
import { unsealReasoning } from "../seal-reasoning.ts"
import { isToolList } from "./tool-names.ts"

/** How to name a call of the conversation, by its name and namespace on the wire. */
type CallNamer = (name: string, namespace: string | undefined) => string

/** What an item says, and whose turn it belongs to. */
interface Said {
  readonly role: Role
  readonly parts: ReadonlyArray<Part>
  /** A message of its own, which no neighbour of the same role joins. */
  readonly alone: boolean
}

type Decoded = Result.Result<Said, InvalidRequest>
type ItemDecoder = (item: JsonObject, path: Path, notices: Notices, nameOf: CallNamer) => Decoded

const decodeType = decoderOf(ResponsesItemType)

const items = {
  message: decoderOf(responsesItems.message),
  functionCall: decoderOf(responsesItems.function_call),
  functionCallOutput: decoderOf(responsesItems.function_call_output),
  customToolCall: decoderOf(responsesItems.custom_tool_call),
  customToolCallOutput: decoderOf(responsesItems.custom_tool_call_output),
  reasoning: decoderOf(responsesItems.reasoning)
}

const byAssistant = (part: Part): Said => ({ role: "assistant", parts: [part], alone: false })
const byUser = (part: Part): Said => ({ role: "user", parts: [part], alone: false })

const roles: Readonly<Record<"user" | "assistant" | "system" | "developer", Role>> = {
  user: "user",
  assistant: "assistant",
  system: "system",
  developer: "system"
}

const decodeMessage: ItemDecoder = (item, path, notices) =>
  Result.gen(function* () {
    const { role, content } = yield* items.message(item, path)
    const parts = yield* decodeContent(content, [...path, "content"], notices)
    return { role: roles[role], parts, alone: role !== "assistant" }
  })

/** A model's own mistake must not fail every later request of the session: what is no JSON object is kept as text. */
const decodeFunctionCall: ItemDecoder = (item, path, notices, nameOf) =>
  Result.map(items.functionCall(item, path), ({ call_id: id, name, namespace, arguments: rawText }) => {
    const input = parseToolInput(rawText)
    if (input === undefined) {
      note(notices, "arguments-not-json", "The arguments of a call are no JSON object; the model sees them as text.", [
        ...path,
        "arguments"
      ])
    }
    const isPlain = input !== undefined && (rawText === "" || JSON.stringify(input) === rawText)
    return byAssistant({
      type: "tool-call",
      id,
      name: nameOf(name, namespace),
      input: input ?? { arguments: rawText },
      ...(isPlain ? {} : { rawText })
    })
  })

const decodeCustomToolCall: ItemDecoder = (item, path, _, nameOf) =>
  Result.map(items.customToolCall(item, path), ({ call_id: id, name, namespace, input }) =>
    byAssistant({ type: "tool-call", id, name: nameOf(name, namespace), input: { input } })
  )

const outputOf =
  (decode: typeof items.functionCallOutput): ItemDecoder =>
  (item, path, notices) =>
    Result.gen(function* () {
      const { call_id: callId, output } = yield* decode(item, path)
      const parts = yield* decodeContent(output, [...path, "output"], notices)
      return byUser({ type: "tool-result", callId, parts, isError: false })
    })

const texts = (parts: ReadonlyArray<{ readonly text: string }> | undefined): string =>
  (parts ?? []).map((part) => part.text).join("\n\n")

/** A thought only the backend can read, as the dialect writes it that has a block for it. */
const redactedThinking = (data: string): Part => ({
  type: "opaque",
  wireType: "redacted_thinking",
  value: { type: "redacted_thinking", data }
})

/** The whole thought where the item has it (sealed by us, or as `content`), else its summary. */
const decodeReasoning: ItemDecoder = (item, path, notices) =>
  Result.map(items.reasoning(item, path), ({ summary, content, encrypted_content: encrypted }) => {
    const sealed = encrypted === undefined ? undefined : unsealReasoning(encrypted)
    if (sealed?.redacted !== undefined) return byAssistant(redactedThinking(sealed.redacted))
    const whole = sealed?.text ?? texts(content)
    const shown = texts(summary)
    if (whole !== "" && shown !== "" && whole !== shown) {
      note(notices, "summary-left-out", "The summary of a thought is left out where the whole thought is known.", [
        ...path,
        "summary"
      ])
    }
    const foreign = encrypted === undefined ? undefined : ofResponses(encrypted)
    const signature = sealed === undefined ? foreign : sealed.signature
    const part: ReasoningPart = { type: "reasoning", text: whole === "" ? shown : whole }
    return byAssistant(signature === undefined ? part : { ...part, signature })
  })

/** Fields that administer an item and say nothing. */
const silentFields = ["type", "id", "status", "phase", "caller"]

const known = (decode: ItemDecoder, schema: { readonly fields: object }) => ({
  decode,
  fields: new Set([...silentFields, ...Object.keys(schema.fields)])
})

const decoders = new Map([
  ["message", known(decodeMessage, responsesItems.message)],
  ["function_call", known(decodeFunctionCall, responsesItems.function_call)],
  ["function_call_output", known(outputOf(items.functionCallOutput), responsesItems.function_call_output)],
  ["custom_tool_call", known(decodeCustomToolCall, responsesItems.custom_tool_call)],
  ["custom_tool_call_output", known(outputOf(items.customToolCallOutput), responsesItems.custom_tool_call_output)],
  ["reasoning", known(decodeReasoning, responsesItems.reasoning)]
])

/** What the client says in items that are not known; the rest is what the assistant or its server's tools did. */
const isFromClient = (item: JsonObject, wireType: string): boolean =>
  item.role === "user" || item.role === "developer" || /(_output|_response|_trigger)$/.test(wireType)

const opaque = (item: JsonObject, wireType: string, path: Path, notices: Notices): Decoded => {
  note(notices, "item-opaque", `An item of type "${wireType}" is kept as it came; no model here reads it.`, path)
  const part: Part = { type: "opaque", wireType, value: item }
  return Result.succeed(isFromClient(item, wireType) ? byUser(part) : byAssistant(part))
}

/** The kind of an item. A message and a reference may come without `type`. */
const kindOf = (item: JsonObject, type: string | undefined): string =>
  type ?? (item.role === undefined && item.id !== undefined ? "item_reference" : "message")

const decodeItem: ItemDecoder = (item, path, notices, nameOf) =>
  Result.gen(function* () {
    const kind = kindOf(item, (yield* decodeType(item, path)).type)
    if (kind === "item_reference") {
      return yield* Result.fail(
        invalidField(
          path,
          "items are not stored here, so none can be referred to; send the item itself and 'store': false"
        )
      )
    }
    const decoder = decoders.get(kind)
    if (decoder === undefined) return yield* opaque(item, kind, path, notices)
    noteUnknownFields(notices, item, decoder.fields, `a "${kind}" item`, path)
    return yield* decoder.decode(item, path, notices, nameOf)
  })

/**
 * `input` as turns, in the order sent. What the assistant said, thought and called in a row is one turn, as are the
 * outputs of calls in a row; every message of another role is a turn of its own, also in the middle. Lists of tools say
 * nothing: they are read with the other tools.
 *
 * @see wire contract, section 8, `input`
 */
export const decodeItems = (
  input: string | ReadonlyArray<unknown>,
  nameOf: CallNamer,
  notices: Notices
): Result.Result<ReadonlyArray<Turn>, InvalidRequest> =>
  Result.gen(function* () {
    if (typeof input === "string") return [{ role: "user", parts: [{ type: "text", text: input }] }]
    const turns: Array<Turn> = []
    let open: { readonly role: Role; readonly parts: Array<Part> } | undefined
    for (const [index, item] of input.entries()) {
      const path = ["input", index]
      if (!isJsonObject(item)) return yield* Result.fail(invalidField(path, "should be an object"))
      if (isToolList(item)) continue
      const said = yield* decodeItem(item, path, notices, nameOf)
      if (open === undefined || said.alone || open.role !== said.role) {
        const turn: { readonly role: Role; readonly parts: Array<Part> } = { role: said.role, parts: [...said.parts] }
        turns.push(turn)
        open = said.alone ? undefined : turn
      } else {
        open.parts.push(...said.parts)
      }
    }
    return turns.length === 0 ? yield* Result.fail(invalidField(["input"], "at least one item is required")) : turns
  })
