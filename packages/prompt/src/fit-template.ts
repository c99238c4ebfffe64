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
  message.role === "system"
    ? { role: "user", content: `<system-reminder>\n${message.content}\n</system-reminder>` }
    : message

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

/** A template that wants user and assistant in turn wants a user first, and no user right behind a tool's result. */
const alternate = (messages: ReadonlyArray<TemplateMessage>): ReadonlyArray<TemplateMessage> => {
  const merged: Array<TemplateMessage> = []
  for (const message of messages) {
    const last = merged.at(-1)
    if (message.role === "assistant" && (last === undefined || last.role === "system")) {
      merged.push({ role: "user", content: "[conversation start]" }, message)
    } else if (last !== undefined && belongsTo(last, message)) merged[merged.length - 1] = merge(last, message)
    else merged.push(message)
  }
  return merged
}

const belongsTo = (last: TemplateMessage, next: TemplateMessage): boolean =>
  next.role === "user"
    ? last.role === "user" || last.role === "tool"
    : next.role === "assistant" && last.role === "assistant"

const merge = (last: TemplateMessage, next: TemplateMessage): TemplateMessage => {
  const reasoning = joinTexts([last.reasoning_content ?? "", next.reasoning_content ?? ""])
  const calls = [...(last.tool_calls ?? []), ...(next.tool_calls ?? [])]
  return {
    ...last,
    content: joinTexts([last.content, next.content]),
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls })
  }
}
