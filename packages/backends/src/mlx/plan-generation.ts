import { detectFamily, type Family, type ReasoningMarkers } from "@pensieve/families"
import type {
  BridgeGenerate,
  BridgeModel,
  BridgePrompt,
  BridgeSampling,
  Conversation,
  JsonObject,
  Notice,
  Part,
  RequestClass,
  Sampling,
  Turn
} from "@pensieve/models"
import { arrange, type Arranged, messagesThrough, type PromptShape, turnKeys } from "@pensieve/prompt"
import { createHash } from "node:crypto"
import { reasoningBudget, reasoningOptions } from "./plan-reasoning.ts"

/** The loaded model, and how its family writes. */
export interface LoadedModel {
  readonly card: BridgeModel
  readonly family: Family
  readonly reasoning: ReasoningMarkers | null
}

/** Looks at a loaded model once: its family is found from its template and vocabulary. */
export const loadedModel = (card: BridgeModel): LoadedModel => {
  const facts = { templateText: card.template.text, addedTokens: card.addedTokens, architecture: card.architecture }
  const family = detectFamily(facts)
  return { card, family, reasoning: family.reasoning(facts) }
}

/** Whether the request leaves the model free to call tools. */
export const callsAllowed = (conversation: Conversation): boolean =>
  conversation.tools.length > 0 && conversation.toolChoice.type !== "none"

/** What the request asks for and nothing here holds the model to. */
export const unenforced = (conversation: Conversation): ReadonlyArray<Notice> => [
  ...(conversation.toolChoice.type === "any" || conversation.toolChoice.type === "tool"
    ? [
        {
          code: "tool-choice-not-enforced",
          message: "The model may answer in words although a call was demanded.",
          field: "tool_choice"
        }
      ]
    : []),
  ...(conversation.output.type === "text"
    ? []
    : [
        {
          code: "output-format-not-enforced",
          message: "The answer may not have the form that was demanded.",
          field: "output_config.format"
        }
      ])
]

/** The conversation in canonical order, with notices of what the model cannot be shown as it was sent. */
export const arrangeFor = (conversation: Conversation, model: LoadedModel): Arranged =>
  arrange(conversation, shapeOf(model))

const shapeOf = (model: LoadedModel): PromptShape => ({ family: model.family, template: model.card.template })

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

/**
 * The names of all turns of a request. What the model wrote of its calls is known to this process only, and not yet when an
 * answer gets its name: no name depends on it.
 */
export const namedTurns = (
  conversation: Conversation,
  arranged: Arranged,
  model: LoadedModel
): NonNullable<BridgePrompt["turnKeys"]> => {
  const said = conversation.turns.some(holdsRawText) ? arrangeFor(withoutRawText(conversation), model) : arranged
  return turnKeys(said, keptOptions(conversation, model), sha256)
}

const holdsRawText = ({ parts }: Turn): boolean =>
  parts.some((part) => part.type === "tool-call" && part.rawText !== undefined)

const withoutRawText = (conversation: Conversation): Conversation => ({
  ...conversation,
  turns: conversation.turns.map((turn) => (holdsRawText(turn) ? { ...turn, parts: turn.parts.map(plainPart) } : turn))
})

const plainPart = (part: Part): Part => {
  if (part.type !== "tool-call") return part
  const { rawText: _, ...plain } = part
  return plain
}

/** The template's options that stay the same from turn to turn: what is left of a budget does not. */
const keptOptions = (conversation: Conversation, model: LoadedModel): JsonObject =>
  Object.fromEntries(
    Object.entries(reasoningOptions(conversation, model)).filter(([option]) => option !== "thinking_budget")
  )

/** The prompt fields of a request to the engine. */
export const planPrompt = (conversation: Conversation, arranged: Arranged, model: LoadedModel): BridgePrompt => ({
  messages: arranged.messages,
  ...(arranged.tools.length === 0 ? {} : { tools: arranged.tools }),
  ...templateOptions(conversation, model),
  ...(arranged.continueFinal ? { continueFinal: true } : {}),
  turnKeys: namedTurns(conversation, arranged, model)
})

/** The whole request to the engine, without forced pieces. */
export const planGeneration = (conversation: Conversation, arranged: Arranged, model: LoadedModel): BridgeGenerate => ({
  ...planPrompt(conversation, arranged, model),
  sampling: samplingOf(conversation.sampling, model),
  stop: [...conversation.stopSequences, ...model.family.stopStrings],
  // The engine cuts this to what the window leaves.
  maxTokens: conversation.maxTokens ?? model.card.window,
  ...budget(conversation, model),
  ...cachePoint(conversation, model),
  ...(conversation.topLogprobs === undefined ? {} : { logprobs: conversation.topLogprobs }),
  class: bridgeClass(conversation.hints.requestClass),
  ...(conversation.hints.sessionId === undefined ? {} : { session: conversation.hints.sessionId }),
  ...(conversation.hints.agentId === undefined ? {} : { agent: conversation.hints.agentId })
})

const templateOptions = (conversation: Conversation, model: LoadedModel): Pick<BridgePrompt, "templateOptions"> => {
  const options = reasoningOptions(conversation, model)
  return Object.keys(options).length === 0 ? {} : { templateOptions: options }
}

/** The last place up to which the client wants its prompt cached, as the number of messages in front of it. */
const cachePoint = (conversation: Conversation, model: LoadedModel): Pick<BridgeGenerate, "cachePoint"> => {
  const turn = conversation.hints.cacheBreakpoints.at(-1)
  return turn === undefined ? {} : { cachePoint: messagesThrough(conversation, turn, shapeOf(model)) }
}

const budget = (conversation: Conversation, model: LoadedModel): Pick<BridgeGenerate, "reasoning"> => {
  const reasoning = reasoningBudget(conversation, model)
  return reasoning === undefined ? {} : { reasoning }
}

/** The engine's word for a class of work; it knows nothing of web searches and counts. */
const bridgeClass = (requestClass: RequestClass): string =>
  requestClass === "websearch" ? "subagent" : requestClass === "count" ? "probe" : requestClass

/** The request's own values, then the model's configuration, then the family's: each only where the one before is silent. */
const samplingOf = (requested: Sampling, model: LoadedModel): BridgeSampling => ({
  ...model.family.sampling,
  ...model.card.sampling,
  ...requested
})
