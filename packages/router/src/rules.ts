import type { RequestClass } from "@pensieve/models"

/** One place a request can go to. */
export interface Target {
  /** Name of the backend. */
  readonly backend: string
  /** Model as that backend names it; without it the backend chooses by what the client asked for. */
  readonly model?: string
}

/** Places that answer the same. */
export type Replicas = readonly [Target, ...ReadonlyArray<Target>]

/** A model that the user has given a name. */
export interface ModelRoute {
  /** Where it runs; several are replicas, between which the pool chooses. */
  readonly targets: Replicas
  /** Who answers when none of these can, in this order: models, backends, or `backend,model`. */
  readonly fallbacks: ReadonlyArray<string>
  /** Other names it answers to; `*` stands for any characters. */
  readonly aliases: ReadonlyArray<string>
  /** Tokens of prompt and answer together, where known. */
  readonly window?: number
}

/** What must hold for a rule of the user's; everything given must match. In texts, `*` stands for any characters. */
export interface RuleCondition {
  /** Header name in lower case → value. */
  readonly header?: Readonly<Record<string, string>>
  readonly path?: string
  /** Dotted path in the body → value, compared as text. */
  readonly body?: Readonly<Record<string, string>>
  readonly class?: RequestClass
  readonly session?: string
  readonly project?: string
  readonly model?: string
}

/** A rule of the user's. */
export interface UserRule {
  readonly name: string
  readonly when: RuleCondition
  /** Name of a model or a backend, or `backend,model`. */
  readonly use: string
}

/** The sizes that model names of the Anthropic API come in. */
export type Tier = "opus" | "sonnet" | "haiku" | "fable"

/** What can be chosen from. Every model is a key of `models`, a backend, or `backend,model`. */
export interface RoutingRules {
  readonly backends: ReadonlyArray<string>
  readonly models: Readonly<Record<string, ModelRoute>>
  readonly default: string
  readonly rules: ReadonlyArray<UserRule>
  readonly tiers: Readonly<Partial<Record<Tier, string>>>
  readonly background?: string
  readonly think?: string
  /** `threshold`: tokens of the prompt from which on `model` is used. */
  readonly longContext?: { readonly model: string; readonly threshold: number }
  readonly webSearch?: string
  readonly image?: string
}

/** The rules of a program with one backend, which answers everything. */
export const singleBackend = (backend: string): RoutingRules => ({
  backends: [backend],
  models: {},
  default: backend,
  rules: [],
  tiers: {}
})
