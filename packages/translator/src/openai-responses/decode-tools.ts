import type { InvalidRequest } from "@pensieve/errors"
import { isJsonObject, type JsonObject, ResponsesToolType, responsesTools, type ToolDefinition } from "@pensieve/models"
import { Result } from "effect"
import { decoderOf, invalidField } from "./field-error.ts"
import { dotted, type Path } from "../path.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"
import type { NamedTool, SentTool } from "./tool-names.ts"

const decodeType = decoderOf(ResponsesToolType)
const decodeFunction = decoderOf(responsesTools.function)
const decodeCustom = decoderOf(responsesTools.custom)
const decodeNamespace = decoderOf(responsesTools.namespace)

/** Who may call a tool and what it answers are known to the client. */
const silentFields = ["type", "allowed_callers", "output_schema"]

const fields = {
  function: new Set([...silentFields, ...Object.keys(responsesTools.function.fields)]),
  custom: new Set([...silentFields, ...Object.keys(responsesTools.custom.fields)]),
  namespace: new Set([...silentFields, ...Object.keys(responsesTools.namespace.fields)])
}

/** A definition without its name, or undefined where the model is offered none. */
type Shape = Omit<ToolDefinition, "name">
type Decoded = Result.Result<Shape | undefined, InvalidRequest>

/** Nothing here would ever load a deferred tool, so the model sees it from the start. */
const noteDeferred = (deferred: boolean | undefined, path: Path, notices: Notices): void => {
  if (deferred === true) {
    note(notices, "defer-loading-ignored", "Deferred tools are shown at once.", [...path, "defer_loading"])
  }
}

const functionTool = (tool: JsonObject, path: Path, notices: Notices): Decoded => {
  noteUnknownFields(notices, tool, fields.function, "a function tool", path)
  return Result.map(decodeFunction(tool, path), ({ description, parameters, defer_loading }) => {
    noteDeferred(defer_loading, path, notices)
    return {
      ...(description === undefined ? {} : { description }),
      inputSchema: parameters ?? { type: "object", properties: {} },
      deferred: false,
      eager: false
    }
  })
}

/** What the model is told of the text a custom tool takes. */
const describeInput = (format: JsonObject | undefined, path: Path, notices: Notices): string => {
  if (format === undefined || format.type === "text") return "The whole input, as free text."
  note(notices, "tool-grammar-not-enforced", "The grammar of a custom tool is shown to the model, not enforced.", [
    ...path,
    "format"
  ])
  return typeof format.definition === "string"
    ? `The whole input, as text that follows this ${typeof format.syntax === "string" ? `${format.syntax} ` : ""}grammar:\n${format.definition}`
    : `The whole input, as text of this form: ${JSON.stringify(format)}`
}

/** A tool that takes free text: to the model it has one string. */
const customTool = (tool: JsonObject, path: Path, notices: Notices): Decoded => {
  noteUnknownFields(notices, tool, fields.custom, "a custom tool", path)
  return Result.map(decodeCustom(tool, path), ({ description, format, defer_loading }) => {
    noteDeferred(defer_loading, path, notices)
    return {
      ...(description === undefined ? {} : { description }),
      inputSchema: {
        type: "object",
        properties: { input: { type: "string", description: describeInput(format, path, notices) } },
        required: ["input"],
        additionalProperties: false
      },
      deferred: false,
      eager: false
    }
  })
}

const decodeTool = (tool: JsonObject, path: Path, notices: Notices): Decoded =>
  Result.gen(function* () {
    const { type, name } = yield* decodeType(tool, path)
    if (type === "function") return yield* functionTool(tool, path, notices)
    if (type === "custom") return yield* customTool(tool, path, notices)
    const which = name === undefined ? `A tool of type "${type}"` : `The tool "${name}" (${type})`
    note(
      notices,
      "tool-not-offered",
      `${which} runs on the API's servers or is not known; the model does not see it.`,
      [...path, "type"]
    )
    return undefined
  })

/** A namespace's tools, each with its place. Its description is told once, with the first of them. */
const membersOf = (tool: JsonObject, path: Path, notices: Notices) =>
  Result.map(decodeNamespace(tool, path), ({ tools, description }) => {
    noteUnknownFields(notices, tool, fields.namespace, "a namespace", path)
    return tools.map((member, at) => ({
      member,
      path: [...path, "tools", at],
      heading: at === 0 ? description : undefined
    }))
  })

const withHeading = (shape: Shape, heading: string | undefined): Shape =>
  heading === undefined || heading === ""
    ? shape
    : { ...shape, description: [heading, shape.description].filter(Boolean).join("\n\n") }

/**
 * The tools the model can be offered, in the order sent, those of a namespace one by one under the names of `named`.
 *
 * @see wire contract, section 8, Codex
 */
export const decodeTools = (
  tools: ReadonlyArray<SentTool>,
  named: ReadonlyArray<NamedTool>,
  notices: Notices
): Result.Result<ReadonlyArray<ToolDefinition>, InvalidRequest> =>
  Result.gen(function* () {
    const names = new Map(named.map((tool) => [dotted(tool.path), tool.flatName]))
    const offered: Array<ToolDefinition> = []
    for (const { tool: sent, path: outer } of tools) {
      const isNamespace = isJsonObject(sent) && sent.type === "namespace"
      const members = isNamespace
        ? yield* membersOf(sent, outer, notices)
        : [{ member: sent, path: outer, heading: undefined }]
      for (const { member, path, heading } of members) {
        if (!isJsonObject(member)) return yield* Result.fail(invalidField(path, "should be an object"))
        const shape = yield* decodeTool(member, path, notices)
        if (shape === undefined) continue
        const name = names.get(dotted(path))
        if (name === undefined) {
          note(
            notices,
            "tool-duplicate",
            `The tool "${String(member.name)}" is defined twice; the first one counts.`,
            path
          )
        } else {
          offered.push({ name, ...withHeading(shape, heading) })
        }
      }
    }
    return offered
  })
