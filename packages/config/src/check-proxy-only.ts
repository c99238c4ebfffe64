import { backendsOf } from "./backends.ts"
import type { Configuration } from "./configuration.ts"
import type { IssueAt } from "./describe-issues.ts"

/** Where no model may be loaded on this machine, none may be named, and a server must be there. */
export const checkProxyOnly = (configuration: Configuration): ReadonlyArray<IssueAt> => {
  const { proxyOnly, model, backends } = configuration
  if (!proxyOnly) return []
  return [
    ...(model === undefined ? [] : [{ path: ["model"], message: "is a model of this machine, and proxyOnly is true" }]),
    ...Object.entries(backends).flatMap(([name, { kind }]) =>
      kind === "mlx"
        ? [{ path: ["backends", name, "kind"], message: "is mlx, a model of this machine, and proxyOnly is true" }]
        : []
    ),
    ...(Object.keys(backendsOf(configuration, undefined)).length === 0
      ? [
          {
            path: ["proxyOnly"],
            message: "is true, and there is no server that could answer; name one by upstream, mode or backends"
          }
        ]
      : [])
  ]
}
