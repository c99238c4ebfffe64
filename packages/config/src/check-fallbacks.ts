import type { Configuration } from "./configuration.ts"
import type { IssueAt } from "./describe-issues.ts"

/** Fallbacks that lead back to where they began, each circle told once. */
export const checkFallbacks = ({ models }: Configuration): ReadonlyArray<IssueAt> => {
  const fallbacksOf = (name: string) => (Object.hasOwn(models, name) ? (models[name]?.fallbacks ?? []) : [])
  const done = new Set<string>()
  const issues: Array<IssueAt> = []
  const visit = (name: string, way: ReadonlyArray<string>): void => {
    if (done.has(name)) return
    fallbacksOf(name).forEach((next, index) => {
      const from = [...way, name].indexOf(next)
      if (from === -1) return visit(next, [...way, name])
      const circle = [...way, name].slice(from)
      issues.push({
        path: ["models", name, "fallbacks", index],
        message: `leads back to where it began: ${[...circle, next].join(" → ")}`
      })
    })
    done.add(name)
  }
  for (const name of Object.keys(models)) visit(name, [])
  return issues
}
