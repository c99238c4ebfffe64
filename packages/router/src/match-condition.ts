import type { RoutingFacts } from "./facts.ts"
import { globOf } from "./glob.ts"
import type { RuleCondition } from "./rules.ts"

/** One thing that must hold. */
interface Check {
  readonly subject: string
  readonly pattern: string
  readonly matches: (text: string) => boolean
  /** What the pattern is held against; undefined where a request has none. */
  readonly actual: (facts: RoutingFacts) => string | undefined
}

/** A condition, ready to be asked often: what of it does not hold, or undefined if all of it does. */
export const mismatchOf = (condition: RuleCondition): ((facts: RoutingFacts) => string | undefined) => {
  const checks = checksOf(condition)
  return (facts) => {
    for (const { subject, pattern, matches, actual } of checks) {
      const text = actual(facts)
      if (text === undefined) return `there is no ${subject}`
      if (!matches(text)) return `${subject} is "${shortened(text)}", not "${pattern}"`
    }
    return undefined
  }
}

const checksOf = (condition: RuleCondition): ReadonlyArray<Check> => {
  const check = (subject: string, pattern: string, actual: Check["actual"]): Check => ({
    subject,
    pattern,
    matches: globOf(pattern),
    actual
  })
  const plain = (subject: string, pattern: string | undefined, actual: Check["actual"]): ReadonlyArray<Check> =>
    pattern === undefined ? [] : [check(subject, pattern, actual)]
  return [
    ...plain("model", condition.model, ({ requestedModel }) => requestedModel),
    ...plain("class", condition.class, ({ requestClass }) => requestClass),
    ...plain("path", condition.path, ({ path }) => path),
    ...plain("session", condition.session, ({ sessionId }) => sessionId),
    ...plain("project", condition.project, ({ project }) => project),
    ...Object.entries(condition.header ?? {}).map(([name, pattern]) => {
      const key = name.toLowerCase()
      return check(`header ${name}`, pattern, ({ headers }) => headers[key])
    }),
    ...Object.entries(condition.body ?? {}).map(([path, pattern]) => {
      const keys = path.split(".")
      return check(`body field ${path}`, pattern, ({ body }) => textAt(body, keys))
    })
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
