import type { Decision } from "./decide.ts"
import type { RoutingFacts } from "./facts.ts"
import type { Target } from "./rules.ts"

const shown = ({ backend, model }: Target): string => (model === undefined ? backend : `${backend}/${model}`)

/**
 * The route in one line, for the header `x-pensieve-route`: `backend/model; rule=…`.
 *
 * @param target where the request went in the end
 */
export const describeRoute = ({ rule }: Pick<Decision, "rule">, target: Target): string =>
  `${shown(target)}; rule=${rule}`

const lines = (title: string, targets: ReadonlyArray<Target>): ReadonlyArray<string> =>
  targets.length === 0 ? [] : [title + targets.map(shown).join(", ")]

const marks = { won: "→", lost: "✗", skipped: "·" } as const

/** The decision in full, for `pensieve explain`: a line each. */
export const explainLines = (decision: Decision, facts: RoutingFacts): ReadonlyArray<string> => [
  `model asked for   ${facts.requestedModel}`,
  `class             ${facts.requestClass}`,
  `prompt tokens     ${facts.promptTokens}${facts.exactTokens ? "" : " (estimated)"}`,
  `goes to           ${shown(decision.target)}`,
  `as                ${decision.model}`,
  `window            ${decision.window ?? "not known"}`,
  ...lines("replicas          ", decision.stages[0].slice(1)),
  ...lines("or else           ", decision.stages.slice(1).flat()),
  "rules",
  ...decision.trials.map(({ rule, outcome, why }) => `  ${marks[outcome]} ${rule}: ${why}`)
]
