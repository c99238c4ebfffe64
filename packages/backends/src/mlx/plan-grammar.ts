import { type GrammarRequest, looseTool, rewriteTool, type SchemaRewrite, simplifySchema } from "@pensieve/families"
import {
  type BridgeGrammar,
  callableTools,
  type Conversation,
  type Notice,
  type OutputFormat,
  type ToolDefinition
} from "@pensieve/models"
import type { LoadedModel } from "./plan-generation.ts"
import { isOff, opensReasoning } from "./plan-reasoning.ts"

/** What the engine holds one answer to. */
export interface PlannedGrammar {
  readonly grammar: BridgeGrammar
  /** What of the request's schemas the grammar leaves out. */
  readonly notices: ReadonlyArray<Notice>
}

/** Schemas that the engine's compiler refuses as they are. */
export interface Refused {
  /** Names of tools. */
  readonly tools: ReadonlySet<string>
  /** The form of the answer. */
  readonly output: boolean
}

const nothingRefused: Refused = { tools: new Set(), output: false }

/**
 * The grammar of the answer that a conversation asks for; null where there is nothing to enforce, or the model's tokenizer
 * cannot carry grammars, or the answer goes on with words of the client's.
 *
 * @param continues the last message is the beginning of the answer
 */
export const planGrammar = (
  conversation: Conversation,
  model: LoadedModel,
  continues: boolean,
  refused: Refused = nothingRefused
): PlannedGrammar | null => {
  const offered = offeredTools(conversation)
  const choice = choiceOf(conversation, offered)
  const output = outputOf(conversation.output, refused)
  const wholeAnswer = choice === "forced" || output !== null
  if (!model.card.grammar || (continues && wholeAnswer)) return null
  const { toolChoice } = conversation
  const tools = offered.map((tool) =>
    refused.tools.has(tool.name)
      ? { tool: looseTool(tool.name), rewrites: [{ path: "", keyword: "all" }] }
      : rewriteTool(tool)
  )
  const grammar = model.family.grammar.plan({
    tools: tools.map(({ tool }) => tool),
    choice,
    parallel: conversation.parallelToolCalls && toolChoice.type !== "tool",
    output: output?.schema ?? null,
    reasons: reasons(conversation, model),
    addedTokens: model.card.addedTokens
  })
  const notices = [
    ...tools.flatMap(({ tool, rewrites }) => rewrites.map((rewrite) => toolNotice(tool.name, rewrite))),
    ...(output?.rewrites ?? []).map(outputNotice)
  ]
  return grammar === null ? null : { grammar, notices }
}

/** The tools of the answer: the one demanded, else all that the model may call now. */
const offeredTools = (conversation: Conversation): ReadonlyArray<ToolDefinition> => {
  const { tools, toolChoice } = conversation
  return toolChoice.type === "tool" ? tools.filter(({ name }) => name === toolChoice.name) : callableTools(conversation)
}

const choiceOf = ({ toolChoice }: Conversation, offered: ReadonlyArray<ToolDefinition>): GrammarRequest["choice"] => {
  if (offered.length === 0 || toolChoice.type === "none") return "none"
  return toolChoice.type === "auto" ? "auto" : "forced"
}

const outputOf = (format: OutputFormat, refused: Refused): ReturnType<typeof simplifySchema> | null => {
  if (format.type === "text") return null
  return simplifySchema(format.type === "json" || refused.output ? { type: "object" } : format.schema)
}

/** Whether the model may think first: it was not told to leave it, or the prompt begins its thoughts all the same. */
const reasons = (conversation: Conversation, model: LoadedModel): boolean =>
  model.reasoning !== null && (!isOff(conversation.reasoning) || opensReasoning(conversation, model))

const place = ({ path }: SchemaRewrite): string => (path === "" ? "" : ` at ${path}`)

/** The code of a notice that nothing of a tool's schema can be enforced. */
export const schemaNotEnforced = "tool-schema-not-enforced"

const toolNotice = (name: string, rewrite: SchemaRewrite): Notice =>
  rewrite.keyword === "all"
    ? {
        code: schemaNotEnforced,
        message: `The engine's compiler takes nothing of the schema of ${name}; a call is checked when it is written.`,
        field: "tools"
      }
    : {
        code: "schema-rule-checked-later",
        message: `The rule ${rewrite.keyword}${place(rewrite)} of the schema of ${name} is checked when the call is written.`,
        field: "tools"
      }

const outputNotice = (rewrite: SchemaRewrite): Notice => ({
  code: "output-rule-not-enforced",
  message: `The answer may break the rule ${rewrite.keyword}${place(rewrite)} of its schema.`,
  field: "output_config.format"
})
