import type { JsonObject } from "@pensieve/models"

/** What the API knows of a tool that requests name by a versioned type only. */
export interface ClientTool {
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonObject
}

const text = (description: string): JsonObject => ({ type: "string", description })

const command = (commands: ReadonlyArray<string>): JsonObject => ({
  type: "string",
  enum: commands,
  description: "What to do."
})

const fileFields: JsonObject = {
  path: text("Path of the file or directory."),
  file_text: text("With `create`: the whole content of the new file."),
  old_str: text("With `str_replace`: the text to replace, which must occur exactly once."),
  new_str: text("With `str_replace`: the text to put in its place."),
  insert_line: { type: "integer", description: "With `insert`: the line after which to insert; 0 is the beginning." },
  view_range: {
    type: "array",
    items: { type: "integer" },
    minItems: 2,
    maxItems: 2,
    description: "With `view`: first and last line, from 1; -1 is the end of the file."
  }
}

const bash: ClientTool = {
  name: "bash",
  description: "Runs a command in a persistent bash session.",
  inputSchema: {
    type: "object",
    properties: {
      command: text("The command to run. Not needed with `restart`."),
      restart: { type: "boolean", description: "Restarts the session instead of running a command." }
    }
  }
}

const editor = (name: string, commands: ReadonlyArray<string>, insertField: JsonObject): ClientTool => ({
  name,
  description: "Views, creates and edits text files.",
  inputSchema: {
    type: "object",
    properties: { command: command(commands), ...fileFields, ...insertField },
    required: ["command", "path"]
  }
})

const insertText: JsonObject = { insert_text: text("With `insert`: the text to insert.") }

/** The first two versions insert `new_str` and can undo. */
const oldEditor = editor("str_replace_editor", ["view", "create", "str_replace", "insert", "undo_edit"], {
  new_str: text("With `str_replace` and `insert`: the new text.")
})

const newEditor = editor("str_replace_based_edit_tool", ["view", "create", "str_replace", "insert"], insertText)

const memory: ClientTool = {
  name: "memory",
  description: "Keeps notes in files below /memories, which outlive the conversation.",
  inputSchema: {
    type: "object",
    properties: {
      command: command(["view", "create", "str_replace", "insert", "delete", "rename"]),
      ...fileFields,
      ...insertText,
      old_path: text("With `rename`: the present path."),
      new_path: text("With `rename`: the new path.")
    },
    required: ["command"]
  }
}

/**
 * The tool behind a versioned type that the client runs itself, or undefined.
 *
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview
 */
export const clientTool = (type: string): ClientTool | undefined => {
  if (type.startsWith("bash_")) return bash
  if (type === "text_editor_20241022" || type === "text_editor_20250124") return oldEditor
  if (type.startsWith("text_editor_")) return newEditor
  if (type.startsWith("memory_")) return memory
  return undefined
}

const serverTypes = ["web_search_", "web_fetch_", "code_execution_", "tool_search_tool_", "advisor_", "mcp_toolset"]

/** Whether the API itself would run a tool of this type. */
export const isServerTool = (type: string): boolean => serverTypes.some((prefix) => type.startsWith(prefix))

const unsupportedTypes = ["computer_", "browser_toolset_"]

/** Whether a tool of this type needs a model trained for it and must be refused: leaving it out would break the client. */
export const isUnsupportedTool = (type: string): boolean => unsupportedTypes.some((prefix) => type.startsWith(prefix))
