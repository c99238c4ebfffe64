import type { InvalidRequest } from "@pensieve/errors"
import {
  AnthropicTool,
  AnthropicToolChoice,
  AnthropicTypedTool,
  isJsonObject,
  type JsonObject,
  type ToolChoice,
  type ToolDefinition
} from "@pensieve/models"
import { Result } from "effect"
import { clientTool, isServerTool, isUnsupportedTool } from "./client-tools.ts"
import { decodeOnce } from "../decode-once.ts"
import { decoderOf, invalidField } from "./field-error.ts"
import type { Path } from "../path.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"

const decodeClientTool = decoderOf(AnthropicTool)
const decodeTypedTool = decoderOf(AnthropicTypedTool)
const decodeChoice = decoderOf(AnthropicToolChoice)

const toolFields = new Set(["type", "cache_control", ...Object.keys(AnthropicTool.fields)])
const choiceFields = new Set(Object.keys(AnthropicToolChoice.fields))

type Decoded = Result.Result<ToolDefinition | undefined, InvalidRequest>

const ownTool = (tool: JsonObject, path: Path, notices: Notices): Decoded => {
  noteUnknownFields(notices, tool, toolFields, "a tool", path)
  return Result.map(decodeClientTool(tool, path), (own) => ({
    name: own.name,
    ...(own.description === undefined ? {} : { description: own.description }),
    inputSchema: own.input_schema,
    deferred: own.defer_loading ?? false,
    eager: own.eager_input_streaming ?? false
  }))
}

const typedTool = (tool: JsonObject, path: Path, notices: Notices): Decoded =>
  Result.gen(function* () {
    const { type, name, defer_loading, eager_input_streaming } = yield* decodeTypedTool(tool, path)
    if (isUnsupportedTool(type)) {
      return yield* Result.fail(
        invalidField([...path, "type"], `Tools of type "${type}" are not supported by local models; remove the tool`)
      )
    }
    const known = clientTool(type)
    if (known !== undefined) {
      return {
        name: name ?? known.name,
        description: known.description,
        inputSchema: known.inputSchema,
        deferred: defer_loading ?? false,
        eager: eager_input_streaming ?? false
      }
    }
    if (tool.input_schema !== undefined && !isServerTool(type)) {
      note(notices, "tool-type-unknown", `The tool type "${type}" is not known; its own schema is used.`, [
        ...path,
        "type"
      ])
      return yield* ownTool(tool, path, notices)
    }
    const [code, reason] = isServerTool(type)
      ? (["server-tool-not-offered", "runs on the API's servers only"] as const)
      : (["tool-type-unknown", "is not known and brings no schema"] as const)
    note(notices, code, `The tool "${name ?? type}" (${type}) ${reason}; the model does not see it.`, [...path, "type"])
    return undefined
  })

const decodeTool = decodeOnce((tool: unknown, path: Path, notices: Notices): Decoded => {
  if (!isJsonObject(tool)) return Result.fail(invalidField(path, "Input should be a valid dictionary"))
  return tool.type === undefined || tool.type === null || tool.type === "custom"
    ? ownTool(tool, path, notices)
    : typedTool(tool, path, notices)
})

/**
 * The tools the model can be offered, in the order sent.
 *
 * @see wire contract, section 2, `tools`
 */
export const decodeTools = (
  tools: ReadonlyArray<unknown>,
  notices: Notices,
  shared: boolean
): Result.Result<ReadonlyArray<ToolDefinition>, InvalidRequest> => {
  const offered = new Map<string, ToolDefinition>()
  for (const [index, tool] of tools.entries()) {
    const path = ["tools", index]
    const decoded = decodeTool(tool, path, notices, shared)
    if (Result.isFailure(decoded)) return Result.fail(decoded.failure)
    const definition = decoded.success
    if (definition === undefined) continue
    if (offered.has(definition.name)) {
      note(notices, "tool-duplicate", `The tool "${definition.name}" is defined twice; the first one counts.`, path)
    } else {
      offered.set(definition.name, definition)
    }
  }
  return Result.succeed([...offered.values()])
}

/** What the model must do with the tools, and whether it may call several at once. */
export interface ToolUse {
  readonly toolChoice: ToolChoice
  readonly parallelToolCalls: boolean
}

/** `tool_choice`. A choice that no offered tool can satisfy becomes `auto` with a notice, unless the name is simply wrong. */
export const decodeToolChoice = (
  value: JsonObject | undefined,
  tools: ReadonlyArray<ToolDefinition>,
  sent: ReadonlyArray<unknown>,
  notices: Notices
): Result.Result<ToolUse, InvalidRequest> =>
  Result.gen(function* () {
    if (value === undefined) return { toolChoice: { type: "auto" }, parallelToolCalls: true }
    noteUnknownFields(notices, value, choiceFields, "tool_choice", ["tool_choice"])
    const choice = yield* decodeChoice(value, ["tool_choice"])
    const parallelToolCalls = choice.disable_parallel_tool_use !== true
    if (choice.type === "auto" || choice.type === "none")
      return { toolChoice: { type: choice.type }, parallelToolCalls }
    if (choice.type === "any") {
      if (tools.length > 0) return { toolChoice: { type: "any" }, parallelToolCalls }
      note(notices, "tool-choice-ignored", "A tool call is asked for, but no tool can be offered.", ["tool_choice"])
      return { toolChoice: { type: "auto" }, parallelToolCalls }
    }
    const { name } = choice
    if (name === undefined) return yield* Result.fail(invalidField(["tool_choice", "name"], "Field required"))
    if (tools.some((tool) => tool.name === name)) return { toolChoice: { type: "tool", name }, parallelToolCalls }
    if (!sent.some((tool) => isJsonObject(tool) && tool.name === name)) {
      return yield* Result.fail(invalidField(["tool_choice", "name"], `Tool '${name}' not found in provided tools`))
    }
    note(notices, "tool-choice-ignored", `The tool "${name}" is asked for, but cannot be offered.`, ["tool_choice"])
    return { toolChoice: { type: "auto" }, parallelToolCalls }
  })
