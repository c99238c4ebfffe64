import type {
  AnthropicSentRequest,
  AnthropicSentTool,
  AnthropicSentToolChoice,
  Conversation,
  OutputFormat,
  ToolDefinition
} from "@pensieve/models"
import { note, type Notices } from "../notices.ts"
import { notedTools } from "../noted-tools.ts"
import type { WireNames } from "../wire-names.ts"
import type { RequestOptions } from "./request-options.ts"

type Fields = Partial<AnthropicSentRequest>

const asTool = (tool: ToolDefinition, names: WireNames): AnthropicSentTool => ({
  name: names.toWire(tool.name),
  ...(tool.description === undefined ? {} : { description: tool.description }),
  input_schema: tool.inputSchema.type === "object" ? tool.inputSchema : { ...tool.inputSchema, type: "object" }
})

const callsIn = ({ turns }: Conversation): ReadonlyArray<string> =>
  turns.flatMap((turn) => turn.parts.flatMap((part) => (part.type === "tool-call" ? [part.name] : [])))

/** Tools that were called and are offered no more: the API refuses calls in a conversation without tools. */
const pastTools = (conversation: Conversation, names: WireNames, notices: Notices): Fields => {
  const called = [...new Set(callsIn(conversation))]
  if (called.length === 0) return {}
  note(notices, "tools-not-offered", "Tools of earlier calls are named, but may not be called.", ["tools"])
  return {
    tools: called.map((name) => ({ name: names.toWire(name), input_schema: { type: "object" } })),
    tool_choice: { type: "none" }
  }
}

const encodeToolChoice = ({ toolChoice, parallelToolCalls }: Conversation, names: WireNames): Fields => {
  const one = parallelToolCalls ? {} : ({ disable_parallel_tool_use: true } as const)
  const choice = (): AnthropicSentToolChoice | undefined => {
    switch (toolChoice.type) {
      case "auto":
        return parallelToolCalls ? undefined : { type: "auto", ...one }
      case "any":
        return { type: "any", ...one }
      case "none":
        return { type: "none" }
      case "tool":
        return { type: "tool", name: names.toWire(toolChoice.name), ...one }
    }
  }
  const sent = choice()
  return sent === undefined ? {} : { tool_choice: sent }
}

/** The tools the model may see, and what it must do with them. */
export const encodeTools = (conversation: Conversation, names: WireNames, notices: Notices): Fields => {
  const shown = notedTools(conversation, notices)
  return shown.length === 0
    ? pastTools(conversation, names, notices)
    : { tools: shown.map((tool) => asTool(tool, names)), ...encodeToolChoice(conversation, names) }
}

/** How tokens are chosen. What the API does not know, and what it refuses while the model thinks, is told in a notice. */
export const encodeSampling = (
  { sampling }: Conversation,
  options: RequestOptions,
  thinks: boolean,
  notices: Notices
): Fields => {
  const { temperature, topP, topK, ...unknown } = sampling
  const known = { temperature, topP, topK }
  const taken = options.sampling && !thinks
  const left = Object.entries({ ...unknown, ...(taken ? {} : known) }).filter(([, value]) => value !== undefined)
  for (const [name] of left) {
    const reason = thinks && name in known ? "while the model thinks" : "in this API"
    note(notices, "sampling-not-sent", `There is no ${name} ${reason}; it is not sent.`, ["sampling", name])
  }
  if (!taken) return {}
  if (temperature !== undefined && temperature > 1) {
    note(notices, "temperature-lowered", `The temperature ${temperature} is lowered to 1, the highest there is.`, [
      "sampling",
      "temperature"
    ])
  }
  return {
    ...(temperature === undefined ? {} : { temperature: Math.min(1, temperature) }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK })
  }
}

/** The bound of the answer, which the API wants and a model may not take as large. */
export const encodeMaxTokens = (asked: number | undefined, options: RequestOptions, notices: Notices): number => {
  const { maxTokens, mostTokens = Number.POSITIVE_INFINITY } = options
  if (asked !== undefined && asked > mostTokens) {
    note(notices, "max-tokens-lowered", `The model writes ${mostTokens} tokens at most.`, ["maxTokens"])
  }
  return Math.min(asked ?? maxTokens, mostTokens)
}

/** There are no log probabilities in this API. */
export const noteLogprobs = ({ topLogprobs }: Conversation, notices: Notices): void => {
  if (topLogprobs === undefined) return
  note(notices, "logprobs-not-given", "The upstream tells no log probabilities.", ["logprobs"])
}

/** `stop_sequences`; the API refuses those that are white space only. */
export const encodeStops = ({ stopSequences }: Conversation, notices: Notices): Fields => {
  const sent = stopSequences.filter((stop) => stop.trim() !== "")
  for (const stop of stopSequences) {
    if (stop.trim() !== "") continue
    note(notices, "stop-not-sent", `The stop sequence ${JSON.stringify(stop)} is white space; it is not sent.`, [
      "stopSequences"
    ])
  }
  return sent.length === 0 ? {} : { stop_sequences: sent }
}

/** `output_config.format`. Any JSON, without a schema, cannot be asked for. */
export const encodeFormat = (output: OutputFormat, notices: Notices): AnthropicSentRequest["output_config"] => {
  if (output.type === "json-schema") return { format: { type: "json_schema", schema: output.schema } }
  if (output.type === "json") {
    note(
      notices,
      "json-not-enforced",
      "JSON without a schema cannot be asked for; the model is left to its instructions.",
      ["output"]
    )
  }
  return {}
}
