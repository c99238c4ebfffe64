import type { TemplateTool, ToolDefinition } from "@pensieve/models"
import { canonicalObject } from "./canonical-json.ts"

/**
 * The tools that Claude Code's main agent and its subagents share come first, so that a subagent's prompt begins like main's:
 * recordings give its first request 44 to 56 % from main's cache this way, and 0 to 36 % in the order sent.
 */
const first = ["Bash", "Read", "Skill", "ToolSearch", "Edit", "Write", "Agent", "ListAgents", "ReportFindings"]

const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length)

const byRankThenName = (a: ToolDefinition, b: ToolDefinition): number =>
  rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** Tools in the one order that makes prompts begin alike, whatever order a client sends them in. */
export const inFixedOrder = (tools: ReadonlyArray<ToolDefinition>): ReadonlyArray<ToolDefinition> =>
  tools.toSorted(byRankThenName)

/** The tools that the head of the prompt shows, in one fixed order; deferred ones stand where a reference names them. */
export const headTools = (tools: ReadonlyArray<ToolDefinition>): ReadonlyArray<TemplateTool> =>
  inFixedOrder(tools.filter((tool) => !tool.deferred)).map(templateTool)

/** A tool as templates take it, its schema's keys in one order. */
export const templateTool = (tool: ToolDefinition): TemplateTool => ({
  type: "function",
  function: { name: tool.name, description: tool.description ?? "", parameters: canonicalObject(tool.inputSchema) }
})
