import {
  type Hints,
  isJsonObject,
  type JsonObject,
  type RequestClass,
  type ResponsesRequest,
  type Turn
} from "@pensieve/models"
import { parseJson } from "../parse-json.ts"
import type { Headers } from "../request-context.ts"

/** What a request is classified by. */
export interface RequestFacts {
  readonly request: ResponsesRequest
  readonly turns: ReadonlyArray<Turn>
  readonly headers: Headers
}

const parsed = (text: unknown): JsonObject => {
  const value = typeof text === "string" ? parseJson(text) : undefined
  return isJsonObject(value) ? value : {}
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

/** What Codex tells of a request, in its body or in headers of the same names. */
interface ClientFacts {
  readonly sessionId: string | undefined
  readonly threadId: string | undefined
  readonly parentThreadId: string | undefined
  readonly subagent: string | undefined
  readonly turn: JsonObject
}

const clientFacts = ({ request, headers }: RequestFacts): ClientFacts => {
  const metadata = isJsonObject(request.client_metadata) ? request.client_metadata : {}
  return {
    sessionId: textOf(headers["session-id"]) ?? textOf(headers["session_id"]) ?? textOf(metadata.session_id),
    threadId: textOf(headers["thread-id"]) ?? textOf(metadata.thread_id),
    parentThreadId: textOf(headers["x-codex-parent-thread-id"]) ?? textOf(metadata["x-codex-parent-thread-id"]),
    subagent: textOf(headers["x-openai-subagent"]) ?? textOf(metadata["x-openai-subagent"]),
    turn: parsed(headers["x-codex-turn-metadata"] ?? metadata["x-codex-turn-metadata"])
  }
}

/** Codex asks for the summary in the last user message. */
const isCompaction = (turns: ReadonlyArray<Turn>): boolean => {
  const part = turns.findLast((turn) => turn.role === "user")?.parts.at(-1)
  return part?.type === "text" && part.text.trimStart().startsWith("You are performing a CONTEXT CHECKPOINT COMPACTION")
}

const requestClass = ({ turns }: RequestFacts, client: ClientFacts): RequestClass => {
  const kind = textOf(client.turn.request_kind) ?? ""
  if (kind.includes("compact") || client.subagent === "compact" || isCompaction(turns)) return "compaction"
  const isSubagent =
    client.subagent !== undefined || client.parentThreadId !== undefined || client.turn.thread_source === "subagent"
  return isSubagent ? "subagent" : "main"
}

/**
 * Session, agent and what they share of the cache. A thread of its own inside a session is an agent.
 *
 * @see wire contract, section 8, Codex
 */
export const decodeHints = (facts: RequestFacts): Hints => {
  const client = clientFacts(facts)
  const { sessionId, threadId } = client
  const agentId = sessionId !== undefined && threadId !== sessionId ? threadId : undefined
  // An agent of Codex sends the key of its session, with whose prompts its own have little in common.
  const owner = textOf(facts.request.prompt_cache_key) ?? sessionId ?? threadId
  const affinity = owner === undefined || agentId === undefined || owner === agentId ? owner : `${owner}/${agentId}`
  return {
    requestClass: requestClass(facts, client),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(affinity === undefined ? {} : { cacheAffinity: affinity }),
    cacheBreakpoints: []
  }
}
