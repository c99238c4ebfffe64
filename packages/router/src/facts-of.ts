import { type Conversation, isJsonObject, type Part, type RequestClass } from "@pensieve/models"
import type { FunctionAnswer, PreviousRoute, RoutingFacts } from "./facts.ts"
import type { RoutingRules } from "./rules.ts"
import { subagentModelIn } from "./subagent-tag.ts"

/** A request as it reached the server. */
export interface RoutedRequest {
  readonly conversation: Conversation
  /** Path of the URL, without its query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** What is known of a request besides what it says itself. */
export interface KnownOfRequest {
  readonly promptTokens: number
  readonly exactTokens: boolean
  readonly previous?: PreviousRoute
  readonly functionAnswer?: FunctionAnswer
}

/** What somebody may ask about a request. */
export interface WantedFacts extends Pick<RoutingRules, "rules" | "image"> {
  /** A function of the user's, which may ask for anything. */
  readonly all?: boolean
}

/** The facts of a request; what takes long to find is looked for only where somebody may ask for it. */
export const factsOf = (
  { conversation, path, headers }: RoutedRequest,
  { promptTokens, exactTokens, previous, functionAnswer = { kind: "none" } }: KnownOfRequest,
  { rules, image, all = false }: WantedFacts
): RoutingFacts => {
  const { model, hints, source } = conversation
  const texts = openingTexts(conversation)
  const subagentModel = texts.map(subagentModelIn).find((found) => found !== undefined)
  const project = all || rules.some(({ when }) => when.project !== undefined) ? projectIn(texts) : undefined
  return {
    requestedModel: model,
    requestClass: hints.requestClass,
    promptTokens,
    exactTokens,
    thinking: asksForThinking(conversation),
    images: (all || image !== undefined) && conversation.turns.some(({ parts }) => parts.some(holdsImage)),
    webSearch: offersSearch(hints.requestClass, source.body),
    ...(subagentModel === undefined ? {} : { subagentModel }),
    ...(hints.sessionId === undefined ? {} : { sessionId: hints.sessionId }),
    ...(hints.agentId === undefined ? {} : { agentId: hints.agentId }),
    ...(project === undefined ? {} : { project }),
    path,
    headers,
    body: source.body,
    functionAnswer,
    ...(previous === undefined ? {} : { previous })
  }
}

/** What stands before the first answer: instructions, the environment, the first words. */
const openingTexts = ({ system, turns }: Conversation): ReadonlyArray<string> => {
  const answered = turns.findIndex(({ role }) => role === "assistant")
  const head = answered === -1 ? turns : turns.slice(0, answered)
  return [...system, ...head.flatMap(({ parts }) => parts)].flatMap((part) => (part.type === "text" ? [part.text] : []))
}

/** Claude Code names the folder in a line of its environment, Codex in a tag. */
const folder = /\bworking directory: *([^\n]+)|<cwd>([^<]+)<\/cwd>/i

const projectIn = (texts: ReadonlyArray<string>): string | undefined => {
  for (const text of texts) {
    const [, line, tag] = folder.exec(text) ?? []
    const found = (line ?? tag)?.trim()
    if (found !== undefined && found !== "") return found
  }
  return undefined
}

/** OpenAI's APIs say nothing where the model is to decide; only an effort asks for thinking there. */
const asksForThinking = ({ reasoning, source }: Conversation): boolean =>
  reasoning.mode !== "off" && (source.dialect === "anthropic" || reasoning.effort !== undefined)

const holdsImage = (part: Part): boolean =>
  part.type === "image" || (part.type === "tool-result" && part.parts.some(holdsImage))

const offersSearch = (requestClass: RequestClass, body: unknown): boolean =>
  requestClass === "websearch" ||
  (isJsonObject(body) &&
    Array.isArray(body.tools) &&
    body.tools.some((tool) => isJsonObject(tool) && String(tool.type).startsWith("web_search")))
