import type { Hints, OpenaiChatRequest, RequestClass, Turn } from "@pensieve/models"
import type { Headers } from "../request-context.ts"

/** What a request is classified by. */
export interface RequestFacts {
  readonly request: OpenaiChatRequest
  readonly turns: ReadonlyArray<Turn>
  readonly maxTokens: number | undefined
  readonly headers: Headers
}

/** Where clients say which session a request belongs to; the API itself has no such header. */
const sessionHeaders = ["x-session-id", "session-id", "session_id", "x-session-affinity", "x-conversation-id"]

const sessionOf = (headers: Headers): string | undefined =>
  sessionHeaders.map((name) => headers[name]).find((value) => value !== undefined && value !== "")

/** One token, one turn, no tools: a client asks whether the model is there. */
const requestClass = ({ request, turns, maxTokens }: RequestFacts): RequestClass =>
  maxTokens === 1 && turns.length === 1 && (request.tools ?? []).length === 0 ? "probe" : "main"

/** Session, and what is shared of the cache: by the client's own key, else by session, else by user. */
export const decodeHints = (facts: RequestFacts): Hints => {
  const sessionId = sessionOf(facts.headers)
  const affinity = facts.request.prompt_cache_key ?? sessionId ?? facts.request.user
  return {
    requestClass: requestClass(facts),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(affinity === undefined || affinity === "" ? {} : { cacheAffinity: affinity }),
    cacheBreakpoints: []
  }
}
