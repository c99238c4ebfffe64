import type { InvalidRequest } from "@pensieve/errors"
import { isJsonObject, OpenaiChatCustomCall, OpenaiChatInputCall, type ToolCallPart } from "@pensieve/models"
import { Result } from "effect"
import { decodeEach } from "../decode-each.ts"
import { note, type Notices } from "../notices.ts"
import { parseToolInput } from "../parse-tool-input.ts"
import { decoderOf } from "./field-error.ts"
import type { Path } from "../path.ts"

const decodeFunctionCall = decoderOf(OpenaiChatInputCall)
const decodeCustomCall = decoderOf(OpenaiChatCustomCall)

/** A call with its arguments as an object. Text that is none stays beside an empty input. */
export const callPart = (id: string, name: string, json: string, path: Path, notices: Notices): ToolCallPart => {
  const input = parseToolInput(json)
  if (input === undefined) {
    note(notices, "arguments-unreadable", `The arguments of an earlier call of "${name}" are no JSON object.`, path)
    return { type: "tool-call", id, name, input: {}, rawText: json }
  }
  return JSON.stringify(input) === json || json === ""
    ? { type: "tool-call", id, name, input }
    : { type: "tool-call", id, name, input, rawText: json }
}

const decodeCall = (call: unknown, path: Path, notices: Notices): Result.Result<ToolCallPart, InvalidRequest> => {
  if (isJsonObject(call) && call.type === "custom") {
    return Result.map(decodeCustomCall(call, path), ({ id, custom }) => {
      note(notices, "custom-call", "A call with free text is shown as one with the single argument input.", path)
      return { type: "tool-call", id, name: custom.name, input: { input: custom.input } }
    })
  }
  return Result.map(decodeFunctionCall(call, path), ({ id, function: { name, arguments: json } }) =>
    callPart(id, name, json, [...path, "function", "arguments"], notices)
  )
}

/**
 * The `tool_calls` of an assistant message as parts.
 *
 * @see wire contract, section 8
 */
export const decodeCalls = (
  calls: ReadonlyArray<unknown>,
  path: Path,
  notices: Notices
): Result.Result<ReadonlyArray<ToolCallPart>, InvalidRequest> =>
  decodeEach(calls, path, (call, place) => decodeCall(call, place, notices))
