import type { Decision } from "./decide.ts"
import type { RoutingFacts } from "./facts.ts"
import type { Target } from "./rules.ts"

const shown = ({ backend, model }: Target): string => `${backend}/${model}`

/** The route in one line, for the header `x-pensieve-route`: `backend/model; rule`. */
export const describeRoute = (decision: Decision): string => `${shown(decision.target)}; rule=${decision.rule}`

const marks = { won: "→", lost: "✗", skipped: "·" } as const

/** The decision in full, for `pensieve explain`: a line each. */
export const explainLines = (decision: Decision, facts: RoutingFacts): ReadonlyArray<string> => [
  `model asked for   ${facts.requestedModel}`,
  `class             ${facts.requestClass}`,
  `prompt tokens     ${facts.promptTokens}${facts.exactTokens ? "" : " (estimated)"}`,
  `goes to           ${shown(decision.target)}`,
  `as                ${decision.model}`,
  `window            ${decision.window ?? "not known"}`,
  ...(decision.candidates.length > 1
    ? [`or else           ${decision.candidates.slice(1).map(shown).join(", ")}`]
    : []),
  "rules",
  ...decision.trials.map(({ rule, outcome, why }) => `  ${marks[outcome]} ${rule}: ${why}`)
]
