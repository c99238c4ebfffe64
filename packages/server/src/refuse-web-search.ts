import type { Conversation, GenerationEvent } from "@pensieve/models"

/**
 * The honest answer to Claude Code's inner request for a web search: the search was called and is not available. Its model would otherwise
 * take what ours remembers for what a search found.
 *
 * @param callId a fresh id, `srvtoolu_…`
 * @see wire contract, section 3, WebSearch
 */
export const refuseWebSearch = (conversation: Conversation, callId: string): ReadonlyArray<GenerationEvent> => [
  { type: "started", cachedTokens: 0 },
  { type: "server-tool-call", id: callId, name: "web_search", input: { query: queryOf(conversation) } },
  {
    type: "server-tool-result",
    callId,
    wireType: "web_search_tool_result",
    content: { type: "web_search_tool_result_error", error_code: "unavailable" }
  },
  {
    type: "text-delta",
    text: "Web search is not available: this server runs a language model and searches nothing. Use a search tool of the client, such as an MCP server."
  },
  { type: "finished", reason: "end-turn" }
]

/** What is to be searched: the end of the last user turn, behind Claude Code's words before it. */
const queryOf = ({ turns }: Conversation): string => {
  const part = turns.findLast((turn) => turn.role === "user")?.parts.findLast((one) => one.type === "text")
  const text = part?.type === "text" ? part.text.trim() : ""
  return /\bquery: *(.+)$/s.exec(text)?.[1] ?? text
}
