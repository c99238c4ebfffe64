import type { Conversation, ToolDefinition } from "@pensieve/models"
import { note, type Notices } from "./notices.ts"

/**
 * The tools the model may see: deferred ones only once the conversation has named them. They stand last, so that a tool that
 * appears leaves the beginning of the prompt as it was.
 */
export const shownTools = ({ tools, turns }: Conversation, notices: Notices): ReadonlyArray<ToolDefinition> => {
  const named = new Set(
    turns
      .flatMap((turn) => turn.parts.flatMap((part) => (part.type === "tool-result" ? part.parts : [part])))
      .flatMap((part) => (part.type === "tool-reference" ? [part.name] : []))
  )
  for (const tool of tools) {
    if (tool.deferred && !named.has(tool.name)) {
      note(notices, "tool-deferred", `The tool "${tool.name}" is not shown until the conversation names it.`, ["tools"])
    }
  }
  const shown = tools.filter((tool) => !tool.deferred || named.has(tool.name))
  return [...shown.filter((tool) => !tool.deferred), ...shown.filter((tool) => tool.deferred)]
}
