import type { AnswerStore } from "@pensieve/operations"
import type { Conversation, RequestClass } from "@pensieve/models"

/** Which requests may be answered by what was answered before. */
export interface CachePolicy {
  /** `side`: probes and titles, which clients send again and again. */
  readonly use: "off" | "side" | "all"
  /** Also where a request asks for chance, by a temperature above 0. */
  readonly allowSampled: boolean
}

/** Answers that are kept, and for whom. */
export interface AnswerCache {
  readonly store: AnswerStore
  readonly policy: CachePolicy
  /** Where the server of a backend is: a model of the same name at another place is another one. */
  readonly placeOf?: (backend: string) => string | undefined
}

const sideWork: ReadonlySet<RequestClass> = new Set(["probe", "title"])

/** Whether a request may be answered by what was answered before. */
export const mayBeCached = (
  { hints, sampling, maxTokens }: Conversation,
  headers: Readonly<Record<string, string | undefined>>,
  { use, allowSampled }: CachePolicy
): boolean => {
  if (use === "off" || (use === "side" && !sideWork.has(hints.requestClass))) return false
  // What a search finds changes, and a warmed cache is no answer.
  if (hints.requestClass === "websearch" || maxTokens === 0) return false
  if (!allowSampled && (sampling.temperature ?? 0) > 0) return false
  return !/\bno-(cache|store)\b/i.test(headers["cache-control"] ?? "")
}
