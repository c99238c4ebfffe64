import { createAnyFormParser, detectFamily, type FamilyParser, prompted } from "@pensieve/families"
import type { Conversation } from "@pensieve/models"
import type { openaiChat } from "@pensieve/translator"
import type { Traits } from "./traits.ts"
import type { UpstreamModel } from "./upstream-model.ts"

/** What tells how an answer is written. */
interface Writing {
  readonly conversation: Conversation
  readonly model: UpstreamModel
  readonly traits: Traits
}

/** Whether the request leaves the model free to call tools. */
const callsAllowed = ({ conversation }: Writing): boolean =>
  conversation.tools.length > 0 && conversation.toolChoice.type !== "none"

/** Reads calls that a server leaves in the words of an answer; nothing where none may be made. */
export const answerParser = (writing: Writing): FamilyParser | undefined =>
  callsAllowed(writing) ? (familyParser(writing) ?? createAnyFormParser(parserOptions(writing))) : undefined

/** Where the family's parser reads, it reads the thinking as well. */
export const thinkForm = (writing: Writing): openaiChat.ThinkForm => {
  if (callsAllowed(writing) && familyParser(writing) !== undefined) return "none"
  return opensThinking(writing) ? "opened" : "tagged"
}

const opensThinking = ({ model, conversation }: Writing): boolean =>
  model.opensThinking === true && conversation.reasoning.mode !== "off"

const parserOptions = (writing: Writing) => ({
  opensReasoning: opensThinking(writing),
  toolNames: writing.conversation.tools.map((tool) => tool.name),
  tools: writing.conversation.tools,
  addedTokens: []
})

/** The parser of the model's own family, where its template was seen and tells which that is. */
const familyParser = (writing: Writing): FamilyParser | undefined => {
  const { model, traits } = writing
  if (traits.toolForm === "prompted") return prompted.createParser(parserOptions(writing))
  if (model.template === undefined) return undefined
  const family = detectFamily({ templateText: model.template, addedTokens: [], architecture: "" })
  return family.toolForm === "native" ? family.createParser(parserOptions(writing)) : undefined
}
