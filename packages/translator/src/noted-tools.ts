import { type Conversation, shownTools, type ToolDefinition } from "@pensieve/models"
import { note, type Notices } from "./notices.ts"

/** The tools the model may see, and a notice for each that it may not see yet. */
export const notedTools = (conversation: Conversation, notices: Notices): ReadonlyArray<ToolDefinition> => {
  const shown = shownTools(conversation)
  for (const tool of conversation.tools) {
    if (!shown.includes(tool)) {
      note(notices, "tool-deferred", `The tool "${tool.name}" is not shown until the conversation names it.`, ["tools"])
    }
  }
  return shown
}
