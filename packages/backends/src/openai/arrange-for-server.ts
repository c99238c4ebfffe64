import type { Conversation, Notice } from "@pensieve/models"
import { inFixedOrder } from "@pensieve/prompt"
import { withPromptedTools } from "./prompted-tools.ts"
import type { Traits } from "./traits.ts"

/** A conversation as a server can take it, and what that changed. */
export interface Arranged {
  readonly conversation: Conversation
  readonly notices: ReadonlyArray<Notice>
}

/** Puts a conversation into the form that a server takes. Nothing of its content is lost but what a notice names. */
export const arrangeForServer = (conversation: Conversation, traits: Traits): Arranged =>
  [keepPrefix, obeyToolChoice, fitAnswerFormat, fitTools].reduce<Arranged>(
    (arranged, step) => {
      const next = step(arranged.conversation, traits)
      return { conversation: next.conversation, notices: [...arranged.notices, ...next.notices] }
    },
    { conversation, notices: [] }
  )

const unchanged = (conversation: Conversation): Arranged => ({ conversation, notices: [] })

/**
 * What is the same in every session comes first: tools in one order, and the system turns before the first answer (Claude
 * Code's environment, which stands behind the user's first words) at the end of the system prompt.
 *
 * @see traffic notes, contradiction 5: a second session in a project finds 98 % of its first prompt in the cache, and 80 % otherwise
 */
const keepPrefix = (conversation: Conversation, traits: Traits): Arranged => {
  if (!traits.keepsPrefixes) return unchanged(conversation)
  const { turns } = conversation
  const answered = turns.findIndex((turn) => turn.role === "assistant")
  const head = answered === -1 ? turns : turns.slice(0, answered)
  return unchanged({
    ...conversation,
    tools: inFixedOrder(conversation.tools),
    system: [...conversation.system, ...head.flatMap((turn) => (turn.role === "system" ? turn.parts : []))],
    turns: [...head.filter((turn) => turn.role !== "system"), ...turns.slice(head.length)]
  })
}

/** A demand that the server does not know is met by what it is shown: one tool, or none. */
const obeyToolChoice = (conversation: Conversation, traits: Traits): Arranged => {
  const { toolChoice: choice, tools } = conversation
  if (traits.toolChoice === "any" || choice.type === "auto" || tools.length === 0) return unchanged(conversation)
  const ignored = traits.toolChoice === "ignored"
  if (choice.type === "none") return unchanged(ignored ? { ...conversation, tools: [] } : conversation)
  const offered = choice.type === "tool" ? tools.filter((tool) => tool.name === choice.name) : tools
  return {
    conversation: { ...conversation, tools: offered, toolChoice: { type: ignored ? "auto" : "any" } },
    notices: ignored
      ? [
          {
            code: "tool-choice-not-enforced",
            message: "The upstream knows no tool_choice: the model may answer in words although a call was demanded.",
            field: "tool_choice"
          }
        ]
      : []
  }
}

const fitAnswerFormat = (conversation: Conversation, { answerFormats, unsent }: Traits): Arranged => {
  const { output } = conversation
  if (output.type === "text") return unchanged(conversation)
  if (unsent.has("response_format") || (!answerFormats.withTools && conversation.tools.length > 0))
    return {
      conversation: { ...conversation, output: { type: "text" } },
      notices: [
        {
          code: "output-format-not-enforced",
          message: "The upstream cannot be told the form of this answer.",
          field: "output_config.format"
        }
      ]
    }
  return unchanged(
    output.type === "json" && !answerFormats.jsonObject
      ? { ...conversation, output: { type: "json-schema", schema: { type: "object" } } }
      : conversation
  )
}

const fitTools = (conversation: Conversation, { toolForm }: Traits): Arranged =>
  toolForm === "prompted" ? unchanged(withPromptedTools(conversation)) : unchanged(conversation)
