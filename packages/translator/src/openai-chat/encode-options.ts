import type {
  Conversation,
  OpenaiChatSentRequest,
  OpenaiChatSentTool,
  OutputFormat,
  Sampling,
  ToolDefinition
} from "@pensieve/models"
import { encodeOnce } from "../encode-once.ts"
import type { EncodeContext } from "./encode-content.ts"
import { note, type Notices } from "../notices.ts"
import type { RequestOptions } from "./request-options.ts"
import { notedTools } from "../noted-tools.ts"
import type { WireNames } from "../wire-names.ts"

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

/** Log probabilities of the answer's tokens. */
export const encodeLogprobs = (top: number | undefined): Fields =>
  top === undefined ? {} : { logprobs: true, ...(top === 0 ? {} : { top_logprobs: top }) }

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

const toolOnce = encodeOnce<ToolDefinition, OpenaiChatSentTool>()

const sentTool = ({ description, inputSchema }: ToolDefinition, name: string): OpenaiChatSentTool => ({
  type: "function",
  function: {
    name,
    ...(description === undefined ? {} : { description }),
    parameters: inputSchema
  }
})

/** The tools the model may see, and what it must do with them. */
export const encodeTools = (
  conversation: Conversation,
  { options, names, notices }: Pick<EncodeContext, "options" | "names" | "notices">
): Fields => {
  const shown = notedTools(conversation, notices)
  if (shown.length === 0) return {}
  return {
    tools: shown.map((tool) => {
      const name = names.toWire(tool.name)
      return options.shared ? toolOnce.encode(tool, name, notices, () => sentTool(tool, name)) : sentTool(tool, name)
    }),
    ...encodeToolChoice(conversation, names),
    ...(conversation.parallelToolCalls ? {} : { parallel_tool_calls: false })
  }
}

/** `tool_choice`; `auto` is what servers do without it. */
const encodeToolChoice = ({ toolChoice }: Conversation, names: WireNames): Fields => {
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
