import {
  type AnthropicCountRequest,
  type Hints,
  isJsonObject,
  type OutputFormat,
  type Part,
  type RequestClass,
  type Turn
} from "@pensieve/models"
import { parseJson } from "../parse-json.ts"
import type { Headers } from "../request-context.ts"

/** What a request is classified by. */
export interface RequestFacts {
  readonly request: AnthropicCountRequest
  readonly system: ReadonlyArray<Part>
  readonly turns: ReadonlyArray<Turn>
  readonly output: OutputFormat
  readonly stopSequences: ReadonlyArray<string>
  readonly headers: Headers
}

const billingText = (system: ReadonlyArray<Part>): string => {
  const first = system[0]
  return first?.type === "text" && first.text.startsWith("x-anthropic-billing-header:") ? first.text : ""
}

const isClaudeCode = ({ headers, system }: RequestFacts): boolean =>
  headers["x-claude-code-session-id"] !== undefined ||
  (headers["user-agent"] ?? "").startsWith("claude-cli/") ||
  billingText(system) !== ""

const hasNoTools = ({ request }: RequestFacts): boolean => (request.tools ?? []).length === 0

/** Claude Code's one-token "is this model there". */
const isProbe = (facts: RequestFacts): boolean =>
  facts.request.max_tokens === 1 && facts.turns.length === 1 && hasNoTools(facts)

/** One short JSON field about the session: its title, or the name of a plan. */
const isTitle = (facts: RequestFacts): boolean => {
  if (!hasNoTools(facts) || facts.output.type !== "json-schema" || !isClaudeCode(facts)) return false
  const properties = facts.output.schema.properties
  const names = isJsonObject(properties) ? Object.keys(properties) : []
  return names.length === 1 && (names[0] === "title" || names[0] === "name")
}

/** Auto mode's question whether a tool call is dangerous. */
const isClassifier = (facts: RequestFacts): boolean =>
  hasNoTools(facts) && facts.request.stream !== true && facts.stopSequences.includes("</block>")

/** The inner request of Claude Code's WebSearch tool. */
const isWebSearch = (facts: RequestFacts): boolean => {
  const [tool, ...others] = facts.request.tools ?? []
  return (
    others.length === 0 &&
    isJsonObject(tool) &&
    typeof tool.type === "string" &&
    tool.type.startsWith("web_search_") &&
    isClaudeCode(facts)
  )
}

/** The instruction to summarise is the last text of the last user turn, which may hold tool results too. */
const isCompaction = ({ turns }: RequestFacts): boolean => {
  const last = turns.findLast((turn) => turn.role !== "system")
  const part = last?.role === "user" ? last.parts.at(-1) : undefined
  return part?.type === "text" && part.text.trimStart().startsWith("CRITICAL: Respond with TEXT ONLY")
}

const isSubagent = ({ headers, system }: RequestFacts): boolean =>
  headers["x-claude-code-agent-id"] !== undefined || billingText(system).includes("cc_is_subagent=true")

/** What the hint header says, where it is precise; `auxiliary` stands for several. */
const namedClasses: ReadonlyMap<string, RequestClass> = new Map([
  ["main", "main"],
  ["subagent", "subagent"],
  ["workflow", "subagent"],
  ["compaction", "compaction"]
])

/**
 * What kind of work a request is: by Claude Code's hint header, else by its body, which every version sends.
 *
 * @see wire contract, section 7.1, and the traffic notes
 */
const requestClass = (facts: RequestFacts): RequestClass => {
  const hint = facts.headers["x-claude-code-request-class"]
  const named = namedClasses.get(hint ?? "")
  if (named !== undefined) return named
  if (isProbe(facts)) return "probe"
  if (isTitle(facts)) return "title"
  if (isClassifier(facts)) return "classifier"
  if (isWebSearch(facts)) return "websearch"
  if (isCompaction(facts)) return "compaction"
  if (isSubagent(facts)) return "subagent"
  return hint === "auxiliary" && hasNoTools(facts) ? "title" : "main"
}

/** The session in `metadata.user_id`: JSON text in newer versions of Claude Code, `…_session_<id>` in older ones. */
const sessionOf = (userId: string): string | undefined => {
  const value = parseJson(userId)
  if (isJsonObject(value) && typeof value.session_id === "string" && value.session_id !== "") return value.session_id
  return /_session_(.+)$/.exec(userId)?.[1]
}

/** Session, agent and what they share of the cache. */
export const decodeHints = (
  facts: RequestFacts,
  cacheBreakpoints: ReadonlyArray<number>,
  forced: RequestClass | undefined
): Hints => {
  const { headers, request } = facts
  const metadata = request.metadata
  const userId = isJsonObject(metadata) && typeof metadata.user_id === "string" ? metadata.user_id : undefined
  const sessionId = headers["x-claude-code-session-id"] ?? (userId === undefined ? undefined : sessionOf(userId))
  const agentId = headers["x-claude-code-agent-id"]
  const owner = sessionId ?? userId
  const affinity = owner === undefined || agentId === undefined ? owner : `${owner}/${agentId}`
  return {
    requestClass: forced ?? requestClass(facts),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(affinity === undefined ? {} : { cacheAffinity: affinity }),
    cacheBreakpoints
  }
}
