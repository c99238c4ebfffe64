import type { RequestClass } from "@pensieve/models"
import type { Target } from "./rules.ts"

/** What the user's own routing function said about a request. */
export type FunctionAnswer =
  | { readonly kind: "none" }
  | { readonly kind: "model"; readonly model: string }
  /** It threw, took too long, or gave something that is not a model: `why` is for the user. */
  | { readonly kind: "failed"; readonly why: string }

/** Where the same conversation went last time. */
export interface PreviousRoute extends Target {
  /** Name of the rule that decided then. */
  readonly rule: string
  /** Tokens that fit there, where known. */
  readonly window?: number
}

/** What is known of a request when its backend is chosen. */
export interface RoutingFacts {
  /** The model as the client named it. */
  readonly requestedModel: string
  readonly requestClass: RequestClass
  /** Tokens of the prompt; an estimate unless `exactTokens`. */
  readonly promptTokens: number
  readonly exactTokens: boolean
  readonly thinking: boolean
  readonly images: boolean
  readonly webSearch: boolean
  /** The model that a tag in a subagent's prompt asks for. */
  readonly subagentModel?: string
  readonly sessionId?: string
  readonly agentId?: string
  /** Folder of the project the client works in, where it tells. */
  readonly project?: string
  /** Path of the URL, without its query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The body as it was sent. */
  readonly body: unknown
  readonly functionAnswer: FunctionAnswer
  readonly previous?: PreviousRoute
}

/** The facts of a request of which only the model's name is known. */
export const plainFacts = (requestedModel: string): RoutingFacts => ({
  requestedModel,
  requestClass: "main",
  promptTokens: 0,
  exactTokens: false,
  thinking: false,
  images: false,
  webSearch: false,
  path: "/v1/messages",
  headers: {},
  body: {},
  functionAnswer: { kind: "none" }
})
