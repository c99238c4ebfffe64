import type { TemplateFacts, TemplateMessage } from "@pensieve/models"
import { joinTexts } from "./part-text.ts"

/**
 * Puts system prompt and messages into the form the template takes. Later messages never change earlier ones, but where
 * the template demands alternation: there a message may grow at its end.
 *
 * @param head the system prompt, or ""
 */
export const fitTemplate = (
  head: string,
  messages: ReadonlyArray<TemplateMessage>,
  template: TemplateFacts
): ReadonlyArray<TemplateMessage> => {
  const folded = template.system === "anywhere" ? messages : messages.map(foldSystem)
  const headed = withHead(head, folded, template)
  return template.alternates ? alternate(headed) : headed
}

/** The form in which Claude Code itself writes such text into user turns. */
const foldSystem = (message: TemplateMessage): TemplateMessage =>
  message.role === "system" ? { role: "user", content: `<system-reminder>\n${message.content}\n</system-reminder>` } : message

const withHead = (
  head: string,
  messages: ReadonlyArray<TemplateMessage>,
  template: TemplateFacts
): ReadonlyArray<TemplateMessage> => {
  if (head === "") return messages
  if (template.system !== "none") return [{ role: "system", content: head }, ...messages]
  const [first, ...rest] = messages
  return first?.role === "user"
    ? [{ role: "user", content: joinTexts([head, first.content]) }, ...rest]
    : [{ role: "user", content: head }, ...messages]
}

const alternate = (messages: ReadonlyArray<TemplateMessage>): ReadonlyArray<TemplateMessage> => {
  const merged: Array<TemplateMessage> = []
  for (const message of messages) {
    const last = merged.at(-1)
    if (last !== undefined && last.role === message.role && (message.role === "user" || message.role === "assistant")) {
      merged[merged.length - 1] = merge(last, message)
    } else merged.push(message)
  }
  return merged
}

const merge = (a: TemplateMessage, b: TemplateMessage): TemplateMessage => {
  const reasoning = joinTexts([a.reasoning_content ?? "", b.reasoning_content ?? ""])
  const calls = [...(a.tool_calls ?? []), ...(b.tool_calls ?? [])]
  return {
    role: a.role,
    content: joinTexts([a.content, b.content]),
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls })
  }
}
