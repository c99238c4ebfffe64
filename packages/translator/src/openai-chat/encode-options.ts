import type { Conversation, OpenaiChatSentRequest, OutputFormat, Sampling } from "@pensieve/models"
import { note, type Notices } from "../notices.ts"
import type { RequestOptions } from "./request-options.ts"
import type { ToolNames } from "./tool-names.ts"

type Fields = Partial<OpenaiChatSentRequest>

/** How tokens are chosen. Fields the upstream does not know are told in a notice. */
export const encodeSampling = (sampling: Sampling, options: RequestOptions, notices: Notices): Fields => {
  const extensions: Fields = {
    ...(sampling.topK === undefined ? {} : { top_k: sampling.topK }),
    ...(sampling.minP === undefined ? {} : { min_p: sampling.minP }),
    ...(sampling.repetitionPenalty === undefined ? {} : { repetition_penalty: sampling.repetitionPenalty })
  }
  if (!options.samplingExtensions) {
    for (const field of Object.keys(extensions)) {
      note(notices, "sampling-not-sent", `The upstream has no ${field}; it is not sent.`, ["sampling"])
    }
  }
  return {
    ...(sampling.temperature === undefined ? {} : { temperature: sampling.temperature }),
    ...(sampling.topP === undefined ? {} : { top_p: sampling.topP }),
    ...(sampling.presencePenalty === undefined ? {} : { presence_penalty: sampling.presencePenalty }),
    ...(sampling.frequencyPenalty === undefined ? {} : { frequency_penalty: sampling.frequencyPenalty }),
    ...(sampling.seed === undefined ? {} : { seed: sampling.seed }),
    ...(options.samplingExtensions ? extensions : {})
  }
}

/** `response_format`. */
export const encodeOutput = (output: OutputFormat): Fields => {
  switch (output.type) {
    case "text":
      return {}
    case "json":
      return { response_format: { type: "json_object" } }
    case "json-schema": {
      const { name = "answer", schema } = output
      return { response_format: { type: "json_schema", json_schema: { name, schema, strict: true } } }
    }
  }
}

/** How much thinking is asked for, in the upstream's way of asking. */
export const encodeReasoning = ({ reasoning }: Conversation, options: RequestOptions, notices: Notices): Fields => {
  if (reasoning.budgetTokens !== undefined) {
    note(notices, "thinking-budget-not-sent", "The upstream has no thinking budget; the model decides.", ["reasoning"])
  }
  switch (options.reasoningControl) {
    case "none":
      if (reasoning.mode === "off" || reasoning.effort !== undefined) {
        note(notices, "reasoning-not-controlled", "The upstream cannot be told how much to think.", ["reasoning"])
      }
      return {}
    case "template":
      return { chat_template_kwargs: { enable_thinking: reasoning.mode !== "off" } }
    case "effort":
      if (reasoning.mode === "off") return { reasoning_effort: "none" }
      return reasoning.effort === undefined ? {} : { reasoning_effort: reasoning.effort }
  }
}

/** The bound of the answer. Servers refuse 0, which only warms a cache: one token is the least they take. */
export const encodeMaxTokens = (
  maxTokens: number | undefined,
  { maxTokensField }: RequestOptions,
  notices: Notices
): Fields => {
  if (maxTokens === undefined) return {}
  if (maxTokens === 0) note(notices, "max-tokens-raised", "The upstream makes one token at least.", ["maxTokens"])
  const bound = Math.max(1, maxTokens)
  return maxTokensField === "max_tokens" ? { max_tokens: bound } : { max_completion_tokens: bound }
}

/** The tools the model may see: deferred ones only once the conversation has named them. */
export const encodeTools = (conversation: Conversation, names: ToolNames, notices: Notices): Fields => {
  const named = new Set(
    conversation.turns
      .flatMap((turn) => turn.parts.flatMap((part) => (part.type === "tool-result" ? part.parts : [part])))
      .flatMap((part) => (part.type === "tool-reference" ? [part.name] : []))
  )
  const shown = conversation.tools.filter((tool) => !tool.deferred || named.has(tool.name))
  for (const tool of conversation.tools) {
    if (tool.deferred && !named.has(tool.name)) {
      note(notices, "tool-deferred", `The tool "${tool.name}" is not shown until the conversation names it.`, ["tools"])
    }
  }
  if (shown.length === 0) return {}
  // Deferred tools stand last, so that a tool that appears leaves the beginning of the prompt as it was.
  const ordered = [...shown.filter((tool) => !tool.deferred), ...shown.filter((tool) => tool.deferred)]
  return {
    tools: ordered.map(({ name, description, inputSchema }) => ({
      type: "function",
      function: {
        name: names.toWire(name),
        ...(description === undefined ? {} : { description }),
        parameters: inputSchema
      }
    })),
    ...encodeToolChoice(conversation, names),
    ...(conversation.parallelToolCalls ? {} : { parallel_tool_calls: false })
  }
}

/** `tool_choice`; `auto` is what servers do without it. */
const encodeToolChoice = ({ toolChoice }: Conversation, names: ToolNames): Fields => {
  switch (toolChoice.type) {
    case "auto":
      return {}
    case "any":
      return { tool_choice: "required" }
    case "none":
      return { tool_choice: "none" }
    case "tool":
      return { tool_choice: { type: "function", function: { name: names.toWire(toolChoice.name) } } }
  }
}
