import type { ToolCallPart } from "@pensieve/models"
import { note, type Notices } from "./notices.ts"
import { parseToolInput } from "./parse-tool-input.ts"
import type { Path } from "./path.ts"

/** Tells of a call whose arguments nobody can read that they are not sent. */
export const noteUnreadable = ({ name, input, rawText }: ToolCallPart, path: Path, notices: Notices): void => {
  if (rawText === undefined || parseToolInput(rawText) !== undefined || Object.keys(input).length > 0) return
  const start = rawText.slice(0, 200)
  note(
    notices,
    "arguments-not-sent",
    `The unreadable arguments of an earlier call of "${name}" are sent as {}: ${start}`,
    path
  )
}

/** The arguments as they were written, if that is JSON: servers answer anything else in a conversation with an error. */
export const sentArguments = (part: ToolCallPart, path: Path, notices: Notices): string => {
  noteUnreadable(part, path, notices)
  const { input, rawText } = part
  return rawText === undefined || rawText === "" || parseToolInput(rawText) === undefined
    ? JSON.stringify(input)
    : rawText
}
