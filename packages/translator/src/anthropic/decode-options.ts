import { InvalidRequest } from "@pensieve/errors"
import {
  type AnthropicCountRequest,
  isJsonObject,
  type JsonObject,
  type OutputFormat,
  type ReasoningRequest,
  type Sampling
} from "@pensieve/models"
import { Result } from "effect"
import { type Effort, effortOf } from "../efforts.ts"
import { invalidField } from "./field-error.ts"
import { note, noteUnknownFields, type Notices } from "../notices.ts"

/** `output_config.effort`; a value that is not known is left to the model's default with a notice. */
const decodeEffort = (config: JsonObject, path: ReadonlyArray<PropertyKey>, notices: Notices): Effort | undefined => {
  if (config.effort === undefined || config.effort === null) return undefined
  const effort = effortOf(config.effort)
  if (effort === undefined) {
    note(notices, "effort-unknown", `The effort ${JSON.stringify(config.effort)} is not known.`, [...path, "effort"])
  }
  return effort
}

/** The last effort asked for: by the request, or by a later system message for the turns behind it. */
export const lastEffort = (
  request: AnthropicCountRequest,
  messageConfigs: ReadonlyArray<readonly [index: number, config: JsonObject]>,
  notices: Notices
): Effort | undefined => {
  let effort = decodeEffort(request.output_config ?? {}, ["output_config"], notices)
  for (const [index, config] of messageConfigs) {
    effort = decodeEffort(config, ["messages", index, "output_config"], notices) ?? effort
  }
  return effort
}

const decodeBudget = (
  thinking: JsonObject,
  maxTokens: number | undefined,
  notices: Notices
): Pick<ReasoningRequest, "mode" | "budgetTokens"> => {
  const asked = thinking.budget_tokens
  if (typeof asked !== "number" || !Number.isInteger(asked) || asked < 0) {
    note(notices, "thinking-budget-unknown", "The thinking budget is not a number of tokens; the model decides.", [
      "thinking",
      "budget_tokens"
    ])
    return { mode: "auto" }
  }
  if (maxTokens === undefined || asked < maxTokens) return { mode: "budget", budgetTokens: asked }
  const budgetTokens = Math.max(0, maxTokens - 1)
  note(notices, "thinking-budget-lowered", `The thinking budget is lowered to ${budgetTokens}, below max_tokens.`, [
    "thinking",
    "budget_tokens"
  ])
  return { mode: "budget", budgetTokens }
}

const decodeMode = (
  thinking: JsonObject,
  maxTokens: number | undefined,
  notices: Notices
): Pick<ReasoningRequest, "mode" | "budgetTokens"> => {
  switch (thinking.type) {
    case "disabled":
      return { mode: "off" }
    case "enabled":
      return decodeBudget(thinking, maxTokens, notices)
    case "adaptive":
      return { mode: "auto" }
    case "between_tools":
      note(notices, "thinking-everywhere", "Thinking between tools only is not possible; the model decides.", [
        "thinking"
      ])
      return { mode: "auto" }
    default:
      note(notices, "thinking-unknown", `The thinking type ${JSON.stringify(thinking.type)} is not known.`, [
        "thinking"
      ])
      return { mode: "auto" }
  }
}

const thinkingFields = new Set(["type", "budget_tokens", "display", "block_binding"])

/**
 * `thinking` and effort. Never an error: clients do not recover from one.
 *
 * @see wire contract, section 2, `thinking` and `output_config.effort`
 */
export const decodeReasoning = (
  thinking: unknown,
  effort: Effort | undefined,
  maxTokens: number | undefined,
  notices: Notices
): ReasoningRequest => {
  const known = effort === undefined ? {} : { effort }
  if (thinking === undefined) return { mode: "off", display: "full", ...known }
  if (!isJsonObject(thinking)) {
    note(notices, "thinking-unknown", "The field thinking is not an object; it has no effect.", ["thinking"])
    return { mode: "off", display: "full", ...known }
  }
  noteUnknownFields(notices, thinking, thinkingFields, "thinking", ["thinking"])
  const display = thinking.display === "omitted" ? "omitted" : "full"
  return { ...decodeMode(thinking, maxTokens, notices), ...known, display }
}

const outputConfigFields = new Set(["effort", "format"])

/**
 * `output_config.format`, or its older name `output_format`. A form that cannot be kept is refused: an answer in another
 * one would be wrong.
 */
export const decodeOutput = (
  request: AnthropicCountRequest,
  notices: Notices
): Result.Result<OutputFormat, InvalidRequest> => {
  const config = request.output_config ?? {}
  noteUnknownFields(notices, config, outputConfigFields, "output_config", ["output_config"])
  const fromConfig = config.format !== undefined && config.format !== null
  const format = fromConfig ? config.format : request.output_format
  const path = fromConfig ? ["output_config", "format"] : ["output_format"]
  if (format === undefined) return Result.succeed({ type: "text" })
  if (!isJsonObject(format)) return Result.fail(invalidField(path, "Input should be a valid dictionary"))
  if (format.type === "text") return Result.succeed({ type: "text" })
  if (format.type !== "json_schema") {
    return Result.fail(invalidField([...path, "type"], "Input should be 'json_schema'"))
  }
  if (!isJsonObject(format.schema)) {
    const problem = format.schema === undefined ? "Field required" : "Input should be a valid dictionary"
    return Result.fail(invalidField([...path, "schema"], problem))
  }
  const name = typeof format.name === "string" ? { name: format.name } : {}
  return Result.succeed({ type: "json-schema", schema: format.schema, ...name })
}

/** `temperature`, `top_p` and `top_k`, honoured under every API version. */
export const decodeSampling = (request: AnthropicCountRequest): Sampling => ({
  ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
  ...(request.top_p === undefined ? {} : { topP: request.top_p }),
  ...(request.top_k === undefined ? {} : { topK: request.top_k })
})

/** `stop_sequences` without empty ones, which would stop every answer at once. */
export const decodeStops = (request: AnthropicCountRequest, notices: Notices): ReadonlyArray<string> => {
  const asked = request.stop_sequences ?? []
  const stops = asked.filter((stop) => stop !== "")
  if (stops.length < asked.length) {
    note(notices, "stop-sequence-empty", "An empty stop sequence is left out.", ["stop_sequences"])
  }
  return stops
}

/** Fields that would be a lie to ignore. */
export const refuseUnsupported = (request: AnthropicCountRequest): InvalidRequest | undefined => {
  const { mcp_servers: servers, container, thread } = request
  if (servers !== undefined && !(Array.isArray(servers) && servers.length === 0)) {
    return invalidField(
      ["mcp_servers"],
      "MCP servers are not connected to by this server; connect to them in the client"
    )
  }
  const skills = isJsonObject(container) ? container.skills : undefined
  if (skills !== undefined && skills !== null && !(Array.isArray(skills) && skills.length === 0)) {
    return invalidField(["container", "skills"], "Skills in a container are not supported by local models")
  }
  return thread === undefined
    ? undefined
    : new InvalidRequest({
        message: "thread: Threads are not supported; send the whole conversation",
        field: "thread",
        detailCode: "thread_unsupported_request"
      })
}

/** Edits of the context that change nothing: `keep: "all"` is what Claude Code always sends. */
const isNoEdit = (edit: unknown): boolean =>
  isJsonObject(edit) && edit.type === "clear_thinking_20251015" && edit.keep === "all"

/** Notes what of `context_management` is not done. */
export const noteContextEdits = (request: AnthropicCountRequest, notices: Notices): void => {
  const management = request.context_management
  if (management === undefined) return
  const edits = isJsonObject(management) && Array.isArray(management.edits) ? management.edits : [management]
  for (const edit of edits) {
    if (isNoEdit(edit)) continue
    const type = isJsonObject(edit) && typeof edit.type === "string" ? edit.type : "unknown"
    note(notices, "context-edit-ignored", `The context edit "${type}" is not done; the conversation stays as sent.`, [
      "context_management"
    ])
  }
}

/** Notes that tool calls are not checked for danger. */
export const noteSafeguards = (request: AnthropicCountRequest, notices: Notices): void => {
  if (request.safeguards === undefined) return
  note(notices, "safeguards-unsupported", "Tool calls are not checked for danger; the answer says so.", ["safeguards"])
}
