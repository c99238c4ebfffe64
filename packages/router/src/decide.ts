import type { RequestClass } from "@pensieve/models"

/** What is known of a request when its backend is chosen. */
export interface RoutingFacts {
  /** The model as the client named it. */
  readonly requestedModel: string
  readonly requestClass: RequestClass
}

/** One backend a request can go to. */
export interface Route {
  /** Name of the backend. */
  readonly backend: string
  /** Model as that backend names it. */
  readonly model: string
}

/** What can be chosen from. */
export interface RoutingRules {
  readonly default: Route
}

/** One rule that was looked at. */
export interface RuleTrial {
  readonly rule: string
  readonly matched: boolean
  readonly why: string
}

/** The choice, and why. */
export interface Decision extends Route {
  readonly trials: ReadonlyArray<RuleTrial>
}

/**
 * Chooses the backend of a request. Pure and total: every model id gets an answer.
 *
 * A name that is the loaded model's own and a name nobody knows (`claude-…`) both end at the default route; the trace tells them apart.
 */
export const decide = (facts: RoutingFacts, rules: RoutingRules): Decision => ({
  ...rules.default,
  trials: [
    {
      rule: "default",
      matched: true,
      why:
        facts.requestedModel === rules.default.model
          ? `"${facts.requestedModel}" is the loaded model`
          : `"${facts.requestedModel}" is answered by the loaded model ${rules.default.model}`
    }
  ]
})

/** The route in one line, for the header `x-pensieve-route`. */
export const describeRoute = (decision: Decision): string => `${decision.backend}/${decision.model}`
