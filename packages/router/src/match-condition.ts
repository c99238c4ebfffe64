import type { RoutingFacts } from "./facts.ts"
import { matchesGlob } from "./glob.ts"
import type { RuleCondition } from "./rules.ts"

/** What of a condition does not hold, or undefined if all of it does. */
export const mismatch = (condition: RuleCondition, facts: RoutingFacts): string | undefined => {
  for (const [subject, pattern, actual] of comparisons(condition, facts))
    if (actual === undefined) return `there is no ${subject}`
    else if (!matchesGlob(pattern, actual)) return `${subject} is "${shortened(actual)}", not "${pattern}"`
  return undefined
}

type Comparison = readonly [subject: string, pattern: string, actual: string | undefined]

const comparisons = (condition: RuleCondition, facts: RoutingFacts): ReadonlyArray<Comparison> => {
  const plain: ReadonlyArray<readonly [string, string | undefined, string | undefined]> = [
    ["model", condition.model, facts.requestedModel],
    ["class", condition.class, facts.requestClass],
    ["path", condition.path, facts.path],
    ["session", condition.session, facts.sessionId],
    ["project", condition.project, facts.project]
  ]
  return [
    ...plain.flatMap(([subject, pattern, actual]): ReadonlyArray<Comparison> =>
      pattern === undefined ? [] : [[subject, pattern, actual]]
    ),
    ...Object.entries(condition.header ?? {}).map(([name, pattern]): Comparison => [
      `header ${name}`,
      pattern,
      facts.headers[name.toLowerCase()]
    ]),
    ...Object.entries(condition.body ?? {}).map(([path, pattern]): Comparison => [
      `body field ${path}`,
      pattern,
      textAt(facts.body, path.split("."))
    ])
  ]
}

/** A value in the body as text, or undefined where there is none. Objects and lists count as none. */
const textAt = (value: unknown, path: ReadonlyArray<string>): string | undefined => {
  let at = value
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined
    at = Reflect.get(at, key)
  }
  return at === null || at === undefined || typeof at === "object" ? undefined : String(at)
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)
