import type { InvalidRequest } from "@pensieve/errors"
import {
  isJsonObject,
  type JsonObject,
  openaiChatChoices,
  OpenaiChatFunction,
  type OpenaiChatRequest,
  OpenaiChatTool,
  type ToolChoice,
  type ToolDefinition
} from "@pensieve/models"
import { Result } from "effect"
import { note, noteUnknownFields, type Notices } from "../notices.ts"
import { decoderOf, invalidField } from "./field-error.ts"
import type { Path } from "../path.ts"

const decodeFunction = decoderOf(OpenaiChatFunction)
const decodeFunctionTool = decoderOf(OpenaiChatTool)
const choices = {
  function: decoderOf(openaiChatChoices.function),
  allowedTools: decoderOf(openaiChatChoices.allowed_tools)
}

const toolFields = new Set(["type", "function"])
const functionFields = new Set(Object.keys(OpenaiChatFunction.fields))

type Decoded = Result.Result<ToolDefinition | undefined, InvalidRequest>

const ownFunction = (value: JsonObject, path: Path, notices: Notices): Decoded => {
  noteUnknownFields(notices, value, functionFields, "a function", path)
  return Result.map(decodeFunction(value, path), ({ name, description, parameters }) => ({
    name,
    ...(typeof description === "string" ? { description } : {}),
    inputSchema: parameters ?? { type: "object", properties: {} },
    deferred: false,
    eager: false
  }))
}

/** The name of a tool of another type, for a notice. */
const nameOf = (tool: JsonObject): string => {
  const inner = typeof tool.type === "string" ? tool[tool.type] : undefined
  const name = isJsonObject(inner) ? inner.name : tool.name
  return typeof name === "string" ? name : "without a name"
}

const decodeTool = (tool: unknown, path: Path, notices: Notices): Decoded => {
  if (!isJsonObject(tool)) return Result.fail(invalidField(path, "expected an object"))
  if (tool.type !== undefined && tool.type !== null && tool.type !== "function") {
    note(
      notices,
      "tool-type-unknown",
      `The tool "${nameOf(tool)}" of type ${JSON.stringify(tool.type)} cannot be offered; the model does not see it.`,
      [...path, "type"]
    )
    return Result.succeed(undefined)
  }
  noteUnknownFields(notices, tool, toolFields, "a tool", path)
  return Result.flatMap(decodeFunctionTool(tool, path), (known) =>
    ownFunction(known.function, [...path, "function"], notices)
  )
}

const decodeLegacy = (value: unknown, path: Path, notices: Notices): Decoded => {
  if (!isJsonObject(value)) return Result.fail(invalidField(path, "expected an object"))
  note(
    notices,
    "functions-as-tools",
    "Functions of the older form are offered as tools; calls come as tool_calls.",
    path
  )
  return ownFunction(value, path, notices)
}

/**
 * The tools the model can be offered, in the order sent.
 *
 * @see wire contract, section 8
 */
export const decodeTools = (
  request: OpenaiChatRequest,
  notices: Notices
): Result.Result<ReadonlyArray<ToolDefinition>, InvalidRequest> => {
  const offered = new Map<string, ToolDefinition>()
  const sent = [
    ...(request.tools ?? []).map((tool, index) => [decodeTool, tool, ["tools", index]] as const),
    ...(request.functions ?? []).map((tool, index) => [decodeLegacy, tool, ["functions", index]] as const)
  ]
  for (const [decode, tool, path] of sent) {
    const decoded = decode(tool, path, notices)
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

/** What the model must do with the tools, and which of them it may use. */
interface ToolUse {
  readonly toolChoice: ToolChoice
  readonly tools: ReadonlyArray<ToolDefinition>
}

type Use = Result.Result<ToolUse, InvalidRequest>

const ignored = (tools: ReadonlyArray<ToolDefinition>, message: string, path: Path, notices: Notices): ToolUse => {
  note(notices, "tool-choice-ignored", message, path)
  return { toolChoice: { type: "auto" }, tools }
}

const byWord = (word: string, tools: ReadonlyArray<ToolDefinition>, path: Path, notices: Notices): Use => {
  if (word === "auto" || word === "none") return Result.succeed({ toolChoice: { type: word }, tools })
  if (word !== "required") {
    return Result.fail(invalidField(path, "expected 'none', 'auto', 'required' or an object"))
  }
  return Result.succeed(
    tools.length > 0
      ? { toolChoice: { type: "any" }, tools }
      : ignored(tools, "A tool call is asked for, but no tool can be offered.", path, notices)
  )
}

const byName = (name: string, tools: ReadonlyArray<ToolDefinition>, path: Path): Use =>
  tools.some((tool) => tool.name === name)
    ? Result.succeed({ toolChoice: { type: "tool", name }, tools })
    : Result.fail(invalidField(path, `the tool '${name}' is not among the tools`))

/** The name a choice gives one tool. */
const choiceName = (choice: unknown): string => {
  const inner = isJsonObject(choice) ? choice.function : undefined
  return isJsonObject(inner) && typeof inner.name === "string" ? inner.name : ""
}

/** Only the allowed tools are offered; the others are told in a notice. */
const byList = (value: JsonObject, tools: ReadonlyArray<ToolDefinition>, path: Path, notices: Notices): Use =>
  Result.flatMap(choices.allowedTools(value, path), ({ allowed_tools: { mode, tools: list } }) => {
    const names = new Set(list.map(choiceName))
    const allowed = tools.filter((tool) => names.has(tool.name))
    for (const tool of tools) {
      if (!names.has(tool.name)) {
        note(
          notices,
          "tool-not-allowed",
          `The tool "${tool.name}" is not among the allowed ones; the model does not see it.`,
          path
        )
      }
    }
    return byWord(mode, allowed, path, notices)
  })

/** `tool_choice`, or the older `function_call`. A choice that no offered tool can satisfy becomes `auto` with a notice, unless the name is simply wrong. */
export const decodeToolChoice = (
  request: OpenaiChatRequest,
  tools: ReadonlyArray<ToolDefinition>,
  notices: Notices
): Use => {
  const legacy = request.tool_choice === undefined
  const path = [legacy ? "function_call" : "tool_choice"]
  const value = legacy ? request.function_call : request.tool_choice
  if (value === undefined) return Result.succeed({ toolChoice: { type: "auto" }, tools })
  if (typeof value === "string") return byWord(value, tools, path, notices)
  if (!isJsonObject(value)) return Result.fail(invalidField(path, "expected a string or an object"))
  if (legacy) {
    return typeof value.name === "string"
      ? byName(value.name, tools, [...path, "name"])
      : Result.fail(invalidField([...path, "name"], "expected a string"))
  }
  switch (value.type) {
    case "function":
      return Result.flatMap(choices.function(value, path), (choice) =>
        byName(choice.function.name, tools, [...path, "function", "name"])
      )
    case "allowed_tools":
      return byList(value, tools, path, notices)
    case "custom":
      return Result.succeed(
        ignored(tools, `The tool "${nameOf(value)}" is asked for, but cannot be offered.`, path, notices)
      )
    default:
      return Result.fail(invalidField([...path, "type"], "expected 'function', 'allowed_tools' or 'custom'"))
  }
}
