import type { Conversation, OutputFormat, ResponsesSentRequest, Sampling } from "@pensieve/models"
import { note, type Notices } from "../notices.ts"
import { notedTools } from "../noted-tools.ts"
import type { WireNames } from "../wire-names.ts"
import type { RequestOptions } from "./request-options.ts"

type Fields = Partial<ResponsesSentRequest>

/** The least bound of an answer the API takes, in tokens. */
const leastTokens = 16

/** How tokens are chosen. What the API does not know is told in a notice. */
export const encodeSampling = ({ temperature, topP, ...unknown }: Sampling, notices: Notices): Fields => {
  for (const name of Object.keys(unknown)) {
    note(notices, "sampling-not-sent", `There is no ${name} in this API; it is not sent.`, ["sampling", name])
  }
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP })
  }
}

/** Stop sequences do not exist in this API. */
export const noteStops = ({ stopSequences }: Conversation, notices: Notices): void => {
  for (const stop of stopSequences) {
    note(notices, "stop-not-sent", `The stop sequence ${JSON.stringify(stop)} cannot be told to this API.`, [
      "stopSequences"
    ])
  }
}

/** The bound of the answer. */
export const encodeMaxTokens = (maxTokens: number | undefined, notices: Notices): Fields => {
  if (maxTokens === undefined) return {}
  if (maxTokens < leastTokens) {
    note(notices, "max-tokens-raised", `The upstream makes ${leastTokens} tokens at least.`, ["maxTokens"])
  }
  return { max_output_tokens: Math.max(leastTokens, maxTokens) }
}

/** `text.format`. */
export const encodeOutput = (output: OutputFormat): Fields => {
  switch (output.type) {
    case "text":
      return {}
    case "json":
      return { text: { format: { type: "json_object" } } }
    case "json-schema": {
      const { name = "answer", schema } = output
      return { text: { format: { type: "json_schema", name, schema, strict: true } } }
    }
  }
}

/** How much thinking is asked for, and whether its summary is wanted. */
export const encodeReasoning = ({ reasoning }: Conversation, options: RequestOptions, notices: Notices): Fields => {
  const { mode, effort, budgetTokens, display } = reasoning
  if (!options.reasoning) {
    if (mode !== "off" && effort !== undefined) {
      note(notices, "reasoning-not-controlled", "The upstream's model does not think.", ["reasoning"])
    }
    return {}
  }
  if (budgetTokens !== undefined) {
    note(notices, "thinking-budget-not-sent", "The upstream has no thinking budget; the model decides.", ["reasoning"])
  }
  const asked = mode === "off" ? "none" : effort
  return {
    reasoning: {
      ...(asked === undefined ? {} : { effort: asked }),
      ...(display === "full" && mode !== "off" ? { summary: "auto" } : {})
    }
  }
}

/** What answers should tell besides: thoughts that can be sent back, and log probabilities. */
export const encodeIncluded = ({ topLogprobs }: Conversation, { reasoning }: RequestOptions): Fields => {
  const include = [
    ...(reasoning ? (["reasoning.encrypted_content"] as const) : []),
    ...(topLogprobs === undefined ? [] : (["message.output_text.logprobs"] as const))
  ]
  return {
    ...(include.length === 0 ? {} : { include }),
    ...(topLogprobs === undefined || topLogprobs === 0 ? {} : { top_logprobs: topLogprobs })
  }
}

const encodeToolChoice = ({ toolChoice }: Conversation, names: WireNames): Fields => {
  switch (toolChoice.type) {
    case "auto":
      return {}
    case "any":
      return { tool_choice: "required" }
    case "none":
      return { tool_choice: "none" }
    case "tool":
      return { tool_choice: { type: "function", name: names.toWire(toolChoice.name) } }
  }
}

/** The tools the model may see, and what it must do with them. */
export const encodeTools = (conversation: Conversation, names: WireNames, notices: Notices): Fields => {
  const shown = notedTools(conversation, notices)
  if (shown.length === 0) return {}
  return {
    tools: shown.map(({ name, description, inputSchema }) => ({
      type: "function",
      name: names.toWire(name),
      ...(description === undefined ? {} : { description }),
      parameters: inputSchema,
      strict: false
    })),
    ...encodeToolChoice(conversation, names),
    ...(conversation.parallelToolCalls ? {} : { parallel_tool_calls: false })
  }
}
