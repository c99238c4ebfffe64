import type { InvalidRequest } from "@pensieve/errors"
import { type JsonObject, ResponsesToolChoice, type ToolChoice, type ToolDefinition } from "@pensieve/models"
import { Result } from "effect"
import { decoderOf, invalidField } from "./field-error.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"
import type { NamedTool } from "./tool-names.ts"

const decodeChoice = decoderOf(ResponsesToolChoice)
const choiceFields = new Set(Object.keys(ResponsesToolChoice.fields))
const field = ["tool_choice"]

/** What the model must do with the tools, and which of them it may use. */
interface ToolUse {
  readonly toolChoice: ToolChoice
  readonly tools: ReadonlyArray<ToolDefinition>
}

type Decoded = Result.Result<ToolUse, InvalidRequest>

const auto = (tools: ReadonlyArray<ToolDefinition>): ToolUse => ({ toolChoice: { type: "auto" }, tools })

/** A choice that no offered tool can satisfy becomes `auto`. */
const ignored = (tools: ReadonlyArray<ToolDefinition>, message: string, notices: Notices): ToolUse => {
  note(notices, "tool-choice-ignored", message, field)
  return auto(tools)
}

const anyOf = (tools: ReadonlyArray<ToolDefinition>, notices: Notices): ToolUse =>
  tools.length > 0
    ? { toolChoice: { type: "any" }, tools }
    : ignored(tools, "A tool call is asked for, but no tool can be offered.", notices)

const byWord = (word: string, tools: ReadonlyArray<ToolDefinition>, notices: Notices): Decoded => {
  switch (word) {
    case "auto":
      return Result.succeed(auto(tools))
    case "none":
      return Result.succeed({ toolChoice: { type: "none" }, tools })
    case "required":
      return Result.succeed(anyOf(tools, notices))
    default:
      return Result.fail(invalidField(field, "should be 'none', 'auto', 'required' or an object"))
  }
}

/** The tool of these wire names; one of a namespace may be named without it. */
const findTool = (named: ReadonlyArray<NamedTool>, name: unknown, namespace: unknown): NamedTool | undefined =>
  named.find((tool) => tool.name === name && tool.namespace === namespace) ??
  (namespace === undefined ? named.find((tool) => tool.name === name || tool.flatName === name) : undefined)

/** Keeps the tools the list names; those of other kinds in it are not offered in any case. */
const allowed = (
  list: ReadonlyArray<JsonObject>,
  tools: ReadonlyArray<ToolDefinition>,
  named: ReadonlyArray<NamedTool>
): ReadonlyArray<ToolDefinition> => {
  const names = new Set(list.map((entry) => findTool(named, entry.name, entry.namespace)?.flatName))
  return tools.filter((tool) => names.has(tool.name))
}

/**
 * `tool_choice`. A choice among the API's own tools becomes `auto` with a notice; a name that no tool has is an error.
 *
 * @see wire contract, section 8
 */
export const decodeToolChoice = (
  value: string | JsonObject | undefined,
  tools: ReadonlyArray<ToolDefinition>,
  named: ReadonlyArray<NamedTool>,
  notices: Notices
): Decoded =>
  Result.gen(function* () {
    if (value === undefined) return auto(tools)
    if (typeof value === "string") return yield* byWord(value, tools, notices)
    noteUnknownFields(notices, value, choiceFields, "tool_choice", field)
    const choice = yield* decodeChoice(value, field)
    if (choice.type === "allowed_tools") {
      const kept = allowed(choice.tools ?? [], tools, named)
      return choice.mode === "required" ? anyOf(kept, notices) : auto(kept)
    }
    if (choice.type !== "function" && choice.type !== "custom") {
      return ignored(tools, `The choice "${choice.type}" is of a tool that cannot be offered.`, notices)
    }
    if (choice.name === undefined) return yield* Result.fail(invalidField([...field, "name"], "it is required"))
    const tool = findTool(named, choice.name, choice.namespace)
    return tool === undefined
      ? yield* Result.fail(invalidField([...field, "name"], `no tool of 'tools' is named '${choice.name}'`))
      : { toolChoice: { type: "tool", name: tool.flatName }, tools }
  })
